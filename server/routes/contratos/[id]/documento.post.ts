import { prepararSubida } from '../../../queries/documentos.ts'
import { CamposDocumentoSchema } from '../../../schemas/documentos.ts'
import { comoUsuario } from '../../../utils/como-usuario.ts'
import { contratoDe, para, sinContrato } from '../../../utils/contrato-de.ts'
import { created } from '../../../utils/created.ts'
import { readForm } from '../../../utils/form.ts'
import { unaSolaVez } from '../../../utils/idempotency.ts'
import { check } from '../../../utils/input.ts'
import { fieldProblem, problem } from '../../../utils/problem.ts'
import { type ContratoAbierto, registrar } from '../../../utils/registrar-documento.ts'
import { services } from '../../../utils/services.ts'
import { openUpload } from '../../../utils/upload.ts'

/** POST /contratos/{id}/documento — attaches a file. Rules: public.documentos_contrato triggers, storage policies. */
export default comoUsuario(async (event, db) => {
  const clave = contratoDe(event)
  const [contrato] = await db.query<ContratoAbierto & { puede: boolean }>(para(clave, prepararSubida), [
    clave.valor,
  ])
  if (!contrato) throw await sinContrato(db, clave)
  if (!contrato.puede) throw problem('documento_sin_permiso')

  const upload = openUpload(services().supabaseAs(db.token, event.context.requestId), contrato.codigo)
  let registrado = ''
  try {
    const { fields, file } = await readForm(event, (file) => upload.receive(file))
    if (!file) throw fieldProblem('archivo', 'Es obligatorio.')
    const campos = check(CamposDocumentoSchema, fields, 'datos_invalidos')
    const huella = { ...campos, sha256: file.sha256 }
    const { estado, cuerpo } = await unaSolaVez(event, db, huella, (tx) =>
      registrar(tx, contrato, campos, file, upload),
    )
    registrado = JSON.parse(cuerpo).url_archivo
    return created(event, cuerpo, ({ id }) => `documentos/${id}`, estado)
  } finally {
    await upload.discardUnless(registrado)
  }
})
