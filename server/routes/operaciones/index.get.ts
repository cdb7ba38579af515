import { FiltroOperacionesSchema } from '../../grafo/filtros.ts'
import { epcis, formatoDe } from '../../grafo/formato.ts'
import { enlazarSiguiente } from '../../grafo/pagina-siguiente.ts'
import { exportar, paginaOperaciones } from '../../grafo/queries.ts'
import { idAfter, type PageRow, pageJson, UUID } from '../../http/cursor.ts'
import { readQueryAs } from '../../http/input.ts'
import { asUser } from '../../session/as-user.ts'
import { noAccess } from '../../session/no-row.ts'

/** GET /operaciones — the last told first; also as EPCIS. Rule: RLS of public.operaciones. */
export default asUser(async (event, db) => {
  const filtro = readQueryAs(event, FiltroOperacionesSchema)
  const formato = formatoDe(event, filtro.formato)
  const [pagina] = await db.query<PageRow & { activo: boolean }>(
    ...paginaOperaciones.with({ ...filtro, despues_de: idAfter('operaciones', filtro.cursor, UUID) }),
  )
  if (!pagina?.activo) throw await noAccess(db)
  if (formato !== 'epcis') return pageJson('operaciones', 'operaciones', pagina)
  enlazarSiguiente(event, 'operaciones', pagina)
  const ids = (JSON.parse(pagina.cuerpo) as { id: string }[]).map(({ id }) => id)
  return epcis(event, 'operaciones.jsonld', JSON.parse((await db.one(exportar, [ids]))!))
})
