import { idAfter, type PageRow, pageJson } from '../../http/cursor.ts'
import { readQueryAs } from '../../http/input.ts'
import { paginaParametros } from '../../parametros/queries.ts'
import { FiltroParametrosSchema } from '../../parametros/schemas.ts'
import { asUser } from '../../session/as-user.ts'
import { noAccess } from '../../session/no-row.ts'

/** GET /parametros — those for everybody and the company's own, newest first. Rule: RLS of public.parametros. */
export default asUser(async (event, db) => {
  const { limite, cursor, tipo, fecha, propios } = readQueryAs(event, FiltroParametrosSchema)
  const valores = [limite, idAfter('parametros', cursor), tipo, fecha, propios]
  const [pagina] = await db.query<PageRow & { activo: boolean }>(paginaParametros, valores)
  if (!pagina?.activo) throw await noAccess(db)
  return pageJson('parametros', 'parametros', pagina)
})
