import { paginaNotificaciones } from '../../avisos/queries.ts'
import { sinAcceso } from '../../contratos/contrato-de.ts'
import { idAfter, type PageRow, pageJson } from '../../http/cursor.ts'
import { readQueryAs } from '../../http/input.ts'
import { PaginaSchema } from '../../http/schemas.ts'
import { comoUsuario } from '../../session/as-user.ts'

/** GET /notificaciones — what others did, unread first. Rule: RLS of public.notificaciones. */
export default comoUsuario(async (event, db) => {
  const { limite, cursor } = readQueryAs(event, PaginaSchema)
  const ultima = idAfter('notificaciones', cursor, /^[nl][1-9]\d{0,17}$/)
  const valores = [limite, ultima?.[0], ultima?.slice(1)]
  const [pagina] = await db.query<PageRow & { activo: boolean; sin_leer: number }>(
    paginaNotificaciones,
    valores,
  )
  if (!pagina?.activo) throw await sinAcceso(db)
  return `{"sin_leer":${pagina.sin_leer},${pageJson('notificaciones', 'notificaciones', pagina).slice(1)}`
})
