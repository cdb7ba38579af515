import { csv, wantsCsv } from '../../http/csv.ts'
import { readQueryAs } from '../../http/input.ts'
import { verKpis } from '../../kpis/queries.ts'
import { FiltroKpisSchema, KpisSchema } from '../../kpis/schemas.ts'
import { asUser } from '../../session/as-user.ts'

const COLUMNAS = Object.keys(KpisSchema.entries.grupos.item.entries)

/** GET /kpis — the indicators of the caller's company; as CSV, their groups. Rule: public.kpis and RLS of its tables. */
export default asUser(async (event, db) => {
  const { desde, hasta, agrupar, dias, empresa } = readQueryAs(event, FiltroKpisSchema)
  const cuerpo = await db.one(verKpis, [desde, hasta, agrupar, dias, empresa])
  if (!wantsCsv(event)) return cuerpo
  const kpis = JSON.parse(cuerpo!)
  return csv(event, `kpis_${agrupar}_${kpis.desde}_${kpis.hasta}.csv`, COLUMNAS, kpis.grupos)
})
