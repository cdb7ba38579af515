import { paginaPendientes } from '../../../queries/precios.ts'
import { PaginaSchema } from '../../../schemas/comunes.ts'
import { comoUsuario } from '../../../utils/como-usuario.ts'
import { sinAcceso } from '../../../utils/contrato-de.ts'
import { idAfter, type PageRow, pageJson } from '../../../utils/cursor.ts'
import { readQueryAs } from '../../../utils/input.ts'

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
