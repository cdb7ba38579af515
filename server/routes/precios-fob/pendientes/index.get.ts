import { sinAcceso } from '../../../contratos/contrato-de.ts'
import { idAfter, type PageRow, pageJson } from '../../../http/cursor.ts'
import { readQueryAs } from '../../../http/input.ts'
import { PaginaSchema } from '../../../http/schemas.ts'
import { paginaPendientes } from '../../../precios/queries.ts'
import { comoUsuario } from '../../../session/as-user.ts'

/** GET /precios-fob/pendientes — prices that jumped (administrators). Rule: RLS of public.precios_pendientes. */
export default comoUsuario(async (event, db) => {
  const { limite, cursor } = readQueryAs(event, PaginaSchema)
  const [pagina] = await db.query<PageRow & { activo: boolean }>(paginaPendientes, [
    limite,
    idAfter('pendientes', cursor),
  ])
  if (!pagina?.activo) throw await sinAcceso(db)
  return pageJson('pendientes', 'pendientes', pagina)
})
