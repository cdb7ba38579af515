import { idAfter, type PageRow, pageJson } from '../../../http/cursor.ts'
import { readQueryAs } from '../../../http/input.ts'
import { PaginaSchema } from '../../../http/schemas.ts'
import { paginaPendientes } from '../../../precios/queries.ts'
import { asUser } from '../../../session/as-user.ts'
import { noAccess } from '../../../session/no-row.ts'

/** GET /precios-fob/pendientes — prices that jumped (administrators). Rule: RLS of public.precios_pendientes. */
export default asUser(async (event, db) => {
  const { limite, cursor } = readQueryAs(event, PaginaSchema)
  const [pagina] = await db.query<PageRow & { activo: boolean }>(paginaPendientes, [
    limite,
    idAfter('pendientes', cursor),
  ])
  if (!pagina?.activo) throw await noAccess(db)
  return pageJson('pendientes', 'pendientes', pagina)
})
