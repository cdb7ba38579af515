import { paginaNotificaciones } from '../../avisos/queries.ts'
import { idAfter, type PageRow, pageJson } from '../../http/cursor.ts'
import { readQueryAs } from '../../http/input.ts'
import { PaginaSchema } from '../../http/schemas.ts'
import { asUser } from '../../session/as-user.ts'
import { noAccess } from '../../session/no-row.ts'

/** GET /notificaciones — what others did, unread first. Rule: RLS of public.notificaciones. */
export default asUser(async (event, db) => {
  const { limite, cursor } = readQueryAs(event, PaginaSchema)
  const ultima = idAfter('notificaciones', cursor, /^[nl][1-9]\d{0,17}$/)
  const valores = [limite, ultima?.[0], ultima?.slice(1)]
  const [pagina] = await db.query<PageRow & { activo: boolean; sin_leer: number }>(
    paginaNotificaciones,
    valores,
  )
  if (!pagina?.activo) throw await noAccess(db)
  return `{"sin_leer":${pagina.sin_leer},${pageJson('notificaciones', 'notificaciones', pagina).slice(1)}`
})
