import { setResponseHeader } from 'h3'
import { contratoDe, para, sinContrato } from '../../../contratos/contrato.ts'
import { editarContrato } from '../../../contratos/queries.ts'
import { EdicionContratoSchema } from '../../../contratos/schemas.ts'
import { etagOf, requiredVersion, type Versioned } from '../../../http/etag.ts'
import { readBodyAs } from '../../../http/input.ts'
import { asUser } from '../../../session/as-user.ts'

/** PUT /contratos/{id} — changes what is sent, if nobody changed it before. Rule: public.contratos triggers. */
export default asUser(async (event, db) => {
  const contrato = contratoDe(event)
  const { actualizado_en: leido = null, ...cambios } = await readBodyAs(event, EdicionContratoSchema)
  const versiones = [requiredVersion(event), leido]
  const valores = [contrato.valor, JSON.stringify(cambios), ...versiones]
  const [editado] = await db.query<Versioned>(para(contrato, editarContrato), valores)
  if (!editado) throw await sinContrato(db, contrato, versiones)
  setResponseHeader(event, 'etag', etagOf(editado))
  return editado.cuerpo
})
