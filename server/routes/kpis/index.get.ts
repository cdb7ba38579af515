import { verKpis } from '../../queries/kpis.ts'
import { FiltroKpisSchema, KpisSchema } from '../../schemas/kpis.ts'
import { comoUsuario } from '../../utils/como-usuario.ts'
import { csv, wantsCsv } from '../../utils/csv.ts'
import { readQueryAs } from '../../utils/input.ts'

const COLUMNAS = Object.keys(KpisSchema.entries.grupos.item.entries)

/** GET /kpis — the indicators of the caller's company; as CSV, their groups. Rule: public.kpis and RLS of its tables. */
export default comoUsuario(async (event, db) => {
  const { desde, hasta, agrupar, dias, empresa } = readQueryAs(event, FiltroKpisSchema)
  const cuerpo = await db.one(verKpis, [desde, hasta, agrupar, dias, empresa])
  if (!wantsCsv(event)) return cuerpo
  const kpis = JSON.parse(cuerpo!)
  return csv(event, `kpis_${agrupar}_${kpis.desde}_${kpis.hasta}.csv`, COLUMNAS, kpis.grupos)
})
