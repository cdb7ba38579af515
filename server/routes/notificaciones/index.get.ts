import { paginaNotificaciones } from '../../queries/notificaciones.ts'
import { PaginaSchema } from '../../schemas/comunes.ts'
import { comoUsuario } from '../../utils/como-usuario.ts'
import { sinAcceso } from '../../utils/contrato-de.ts'
import { idAfter, type PageRow, pageJson } from '../../utils/cursor.ts'
import { readQueryAs } from '../../utils/input.ts'

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
