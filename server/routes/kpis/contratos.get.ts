import { getQuery, setResponseHeader } from 'h3'
import { csv, wantsCsv } from '../../http/csv.ts'
import { cursorAfter, idAfter, type PageRow, pageJson } from '../../http/cursor.ts'
import { readQueryAs } from '../../http/input.ts'
import { paginaAvances } from '../../kpis/queries.ts'
import { AvanceSchema, FiltroAvancesSchema } from '../../kpis/schemas.ts'
import { asUser } from '../../session/as-user.ts'
import { noAccess } from '../../session/no-row.ts'

const COLUMNAS = Object.keys(AvanceSchema.entries)

/** GET /kpis/contratos — how far each contract is, newest first. Rule: RLS of public.contratos and public.avances. */
export default asUser(async (event, db) => {
  const filtro = readQueryAs(event, FiltroAvancesSchema)
  const [pagina] = await db.query<PageRow & { activo: boolean }>(
    ...paginaAvances.with({ ...filtro, despues_de: idAfter('avances', filtro.cursor) }),
  )
  if (!pagina?.activo) throw await noAccess(db)
  if (!wantsCsv(event)) return pageJson('contratos', 'avances', pagina)
  // A table has no room for the cursor.
  if (pagina.hay_mas) {
    const siguiente = new URLSearchParams(getQuery<Record<string, string>>(event))
    siguiente.set('cursor', cursorAfter('avances', pagina.ultimo))
    setResponseHeader(event, 'link', `<?${siguiente}>; rel="next"`)
  }
  return csv(event, 'avance_contratos.csv', COLUMNAS, JSON.parse(pagina.cuerpo))
})
