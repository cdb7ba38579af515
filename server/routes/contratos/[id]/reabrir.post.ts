import { setResponseHeader } from 'h3'
import { contratoDe, para, sinContrato } from '../../../contratos/contrato.ts'
import { reabrirContrato } from '../../../contratos/queries.ts'
import { ReaperturaSchema } from '../../../contratos/schemas.ts'
import { etagOf, type Versioned } from '../../../http/etag.ts'
import { readBodyAs } from '../../../http/input.ts'
import { asUser } from '../../../session/as-user.ts'

/** POST /contratos/{id}/reabrir — a closed contract goes on, with its reason. Rule: public.contratos_reaperturas triggers. */
export default asUser(async (event, db) => {
  const contrato = contratoDe(event)
  const { motivo } = await readBodyAs(event, ReaperturaSchema)
  const [reabierto] = await db.query<Versioned>(para(contrato, reabrirContrato), [contrato.valor, motivo])
  if (!reabierto) throw await sinContrato(db, contrato)
  setResponseHeader(event, 'etag', etagOf(reabierto))
  return reabierto.cuerpo
})
