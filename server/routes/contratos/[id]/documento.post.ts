import { contratoDe, para, sinContrato } from '../../../contratos/contrato.ts'
import { prepararSubida } from '../../../documentos/queries.ts'
import { type ContratoAbierto, registrar } from '../../../documentos/registrar.ts'
import { CamposDocumentoSchema } from '../../../documentos/schemas.ts'
import { openUpload } from '../../../documentos/upload.ts'
import { created } from '../../../http/created.ts'
import { readForm } from '../../../http/form.ts'
import { check } from '../../../http/input.ts'
import { fieldProblem, problem } from '../../../http/problem.ts'
import { asUser } from '../../../session/as-user.ts'
import { once } from '../../../session/once.ts'
import { supabase } from '../../../session/supabase.ts'

/** POST /contratos/{id}/documento — attaches a file. Rules: public.documentos_contrato triggers, storage policies. */
export default asUser(async (event, db) => {
  const clave = contratoDe(event)
  const [contrato] = await db.query<ContratoAbierto & { puede: boolean }>(para(clave, prepararSubida), [
    clave.valor,
  ])
  if (!contrato) throw await sinContrato(db, clave)
  if (!contrato.puede) throw problem('documento_sin_permiso')

  const upload = openUpload(supabase().as(db.token, event.context.requestId), contrato.codigo)
  let registrado = ''
  try {
    const { fields, file } = await readForm(event, (file) => upload.receive(file))
    if (!file) throw fieldProblem('archivo', 'Es obligatorio.')
    const campos = check(CamposDocumentoSchema, fields, 'datos_invalidos')
    const huella = { ...campos, sha256: file.sha256 }
    const { status, cuerpo } = await once(event, db, huella, (tx) =>
      registrar(tx, contrato, campos, file, upload),
    )
    registrado = JSON.parse(cuerpo).url_archivo
    return created(event, cuerpo, ({ id }) => `documentos/${id}`, status)
  } finally {
    await upload.discardUnless(registrado)
  }
})
