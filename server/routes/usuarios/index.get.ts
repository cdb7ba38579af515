import { paginaUsuarios } from '../../queries/personas.ts'
import { FiltroUsuariosSchema } from '../../schemas/personas.ts'
import { comoUsuario } from '../../utils/como-usuario.ts'
import { sinAcceso } from '../../utils/contrato-de.ts'
import { idAfter, type PageRow, pageJson, UUID } from '../../utils/cursor.ts'
import { readQueryAs } from '../../utils/input.ts'

/** GET /usuarios — the people of the caller's company, by name; an administrator sees all. Rule: RLS of usuarios. */
export default comoUsuario(async (event, db) => {
  const { limite, cursor, empresa, activo, texto } = readQueryAs(event, FiltroUsuariosSchema)
  const valores = [limite, idAfter('usuarios', cursor, UUID), empresa, activo, texto]
  const [pagina] = await db.query<PageRow & { activo: boolean }>(paginaUsuarios, valores)
  if (!pagina?.activo) throw await sinAcceso(db)
  return pageJson('usuarios', 'usuarios', pagina)
})
