import { idAfter, type PageRow, pageJson } from '../../http/cursor.ts'
import { readQueryAs } from '../../http/input.ts'
import { paginaRelaciones } from '../../relaciones/queries.ts'
import { FiltroRelacionesSchema } from '../../relaciones/schemas.ts'
import { asUser } from '../../session/as-user.ts'

/** GET /relaciones — those of the caller's company, newest first. Rule: public.mis_relaciones. */
export default asUser(async (event, db) => {
  const filtro = readQueryAs(event, FiltroRelacionesSchema)
  const despues_de = idAfter('relaciones', filtro.cursor)
  const [pagina] = await db.query<PageRow>(...paginaRelaciones.with({ ...filtro, despues_de }))
  return pageJson('relaciones', 'relaciones', pagina!)
})
