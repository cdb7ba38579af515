import { idAfter, type PageRow, pageJson } from '../../http/cursor.ts'
import { readQueryAs } from '../../http/input.ts'
import { PaginaSchema } from '../../http/schemas.ts'
import { paginaPropuestas } from '../../relaciones/queries.ts'
import { asUser } from '../../session/as-user.ts'

/** GET /propuestas — contracts that wait for the caller's company, by their names. Rule: public.mis_propuestas. */
export default asUser(async (event, db) => {
  const { limite, cursor } = readQueryAs(event, PaginaSchema)
  const despues_de = idAfter('propuestas', cursor)
  const [pagina] = await db.query<PageRow>(...paginaPropuestas.with({ limite, despues_de }))
  return pageJson('propuestas', 'propuestas', pagina!)
})
