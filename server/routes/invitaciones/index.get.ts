import { idAfter, type PageRow, pageJson } from '../../http/cursor.ts'
import { readQueryAs } from '../../http/input.ts'
import { PaginaSchema } from '../../http/schemas.ts'
import { paginaInvitaciones } from '../../personas/queries.ts'
import { asUser } from '../../session/as-user.ts'
import { noAccess } from '../../session/no-row.ts'

/** GET /invitaciones — those the caller sent, newest first; an administrator sees all. Rule: RLS of invitaciones. */
export default asUser(async (event, db) => {
  const { limite, cursor } = readQueryAs(event, PaginaSchema)
  const valores = [limite, idAfter('invitaciones', cursor)]
  const [pagina] = await db.query<PageRow & { activo: boolean }>(paginaInvitaciones, valores)
  if (!pagina?.activo) throw await noAccess(db)
  return pageJson('invitaciones', 'invitaciones', pagina)
})
