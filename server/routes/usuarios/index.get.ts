import { idAfter, type PageRow, pageJson, UUID } from '../../http/cursor.ts'
import { readQueryAs } from '../../http/input.ts'
import { paginaUsuarios } from '../../personas/queries.ts'
import { FiltroUsuariosSchema } from '../../personas/schemas.ts'
import { asUser } from '../../session/as-user.ts'
import { noAccess } from '../../session/no-row.ts'

/** GET /usuarios — the people of the caller's company, by name; an administrator sees all. Rule: RLS of usuarios. */
export default asUser(async (event, db) => {
  const { limite, cursor, empresa, activo, texto } = readQueryAs(event, FiltroUsuariosSchema)
  const valores = [limite, idAfter('usuarios', cursor, UUID), empresa, activo, texto]
  const [pagina] = await db.query<PageRow & { activo: boolean }>(paginaUsuarios, valores)
  if (!pagina?.activo) throw await noAccess(db)
  return pageJson('usuarios', 'usuarios', pagina)
})
