import { paginaParametros } from '../../queries/parametros.ts'
import { FiltroParametrosSchema } from '../../schemas/parametros.ts'
import { comoUsuario } from '../../utils/como-usuario.ts'
import { sinAcceso } from '../../utils/contrato-de.ts'
import { idAfter, type PageRow, pageJson } from '../../utils/cursor.ts'
import { readQueryAs } from '../../utils/input.ts'

/** GET /parametros — those for everybody and the company's own, newest first. Rule: RLS of public.parametros. */
export default comoUsuario(async (event, db) => {
  const { limite, cursor, tipo, fecha, propios } = readQueryAs(event, FiltroParametrosSchema)
  const valores = [limite, idAfter('parametros', cursor), tipo, fecha, propios]
  const [pagina] = await db.query<PageRow & { activo: boolean }>(paginaParametros, valores)
  if (!pagina?.activo) throw await sinAcceso(db)
  return pageJson('parametros', 'parametros', pagina)
})
