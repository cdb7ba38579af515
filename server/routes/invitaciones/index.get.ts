import { paginaInvitaciones } from '../../queries/personas.ts'
import { PaginaSchema } from '../../schemas/comunes.ts'
import { comoUsuario } from '../../utils/como-usuario.ts'
import { sinAcceso } from '../../utils/contrato-de.ts'
import { idAfter, type PageRow, pageJson } from '../../utils/cursor.ts'
import { readQueryAs } from '../../utils/input.ts'

/** GET /invitaciones — those the caller sent, newest first; an administrator sees all. Rule: RLS of invitaciones. */
export default comoUsuario(async (event, db) => {
  const { limite, cursor } = readQueryAs(event, PaginaSchema)
  const valores = [limite, idAfter('invitaciones', cursor)]
  const [pagina] = await db.query<PageRow & { activo: boolean }>(paginaInvitaciones, valores)
  if (!pagina?.activo) throw await sinAcceso(db)
  return pageJson('invitaciones', 'invitaciones', pagina)
})
