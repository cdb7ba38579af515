import { FiltroLotesSchema } from '../../grafo/filtros.ts'
import { formatoDe } from '../../grafo/formato.ts'
import { enlazarSiguiente } from '../../grafo/pagina-siguiente.ts'
import { paginaLotes } from '../../grafo/queries.ts'
import { LoteGrafoSchema } from '../../grafo/respuestas.ts'
import { csv } from '../../http/csv.ts'
import { idAfter, type PageRow, pageJson, UUID } from '../../http/cursor.ts'
import { readQueryAs } from '../../http/input.ts'
import { asUser } from '../../session/as-user.ts'
import { noAccess } from '../../session/no-row.ts'

const COLUMNAS = Object.keys(LoteGrafoSchema.entries)

/** GET /lotes — the last told first; also as CSV. Rule: RLS of public.lotes. */
export default asUser(async (event, db) => {
  const filtro = readQueryAs(event, FiltroLotesSchema)
  const formato = formatoDe(event, filtro.formato)
  const [pagina] = await db.query<PageRow & { activo: boolean }>(
    ...paginaLotes.with({ ...filtro, despues_de: idAfter('lotes', filtro.cursor, UUID) }),
  )
  if (!pagina?.activo) throw await noAccess(db)
  if (formato !== 'csv') return pageJson('lotes', 'lotes', pagina)
  enlazarSiguiente(event, 'lotes', pagina)
  const lotes = JSON.parse(pagina.cuerpo) as { certificaciones: string[] }[]
  const filas = lotes.map((lote) => ({ ...lote, certificaciones: lote.certificaciones.join(', ') }))
  return csv(event, 'lotes.csv', COLUMNAS, filas)
})
