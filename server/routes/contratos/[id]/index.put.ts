import { setResponseHeader } from 'h3'
import { editarContrato } from '../../../queries/contratos.ts'
import { EdicionContratoSchema } from '../../../schemas/contratos.ts'
import { comoUsuario } from '../../../utils/como-usuario.ts'
import { contratoDe, para, sinContrato } from '../../../utils/contrato-de.ts'
import { etagOf, requiredVersion } from '../../../utils/etag.ts'
import { readBodyAs } from '../../../utils/input.ts'

/** PUT /contratos/{id} — changes what is sent, if nobody changed it before. Rule: public.contratos triggers. */
export default comoUsuario(async (event, db) => {
  const contrato = contratoDe(event)
  const { actualizado_en: leido = null, ...cambios } = await readBodyAs(event, EdicionContratoSchema)
  const versiones = [requiredVersion(event), leido]
  const cuerpo = await db.one(para(contrato, editarContrato), [
    contrato.valor,
    JSON.stringify(cambios),
    ...versiones,
  ])
  if (!cuerpo) throw await sinContrato(db, contrato, versiones)
  setResponseHeader(event, 'etag', etagOf(cuerpo))
  return cuerpo
})
