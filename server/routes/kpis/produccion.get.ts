import { readQueryAs } from '../../http/input.ts'
import { FiltroProduccionSchema } from '../../kpis/produccion.ts'
import { verProduccion } from '../../kpis/queries.ts'
import { asUser } from '../../session/as-user.ts'

/** GET /kpis/produccion — stock, yields, losses and receipts of a company, by month. Rule: public.kpis_produccion. */
export default asUser(async (event, db) => {
  const { desde, hasta, empresa } = readQueryAs(event, FiltroProduccionSchema)
  return db.one(verProduccion, [desde, hasta, empresa])
})
