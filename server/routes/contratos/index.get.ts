import { paginaContratos } from '../../contratos/lista.ts'
import { FiltroContratosSchema } from '../../contratos/schemas.ts'
import { idAfter, type PageRow, pageJson } from '../../http/cursor.ts'
import { readQueryAs } from '../../http/input.ts'
import { asUser } from '../../session/as-user.ts'
import { noAccess } from '../../session/no-row.ts'

/** GET /contratos — a page of the contracts the caller's company is party to. Rule: RLS of public.contratos. */
export default asUser(async (event, db) => {
  const filtro = readQueryAs(event, FiltroContratosSchema)
  const [consulta, values] = paginaContratos(filtro, idAfter(filtro.orden, filtro.cursor))
  const [pagina] = await db.query<PageRow & { activo: boolean }>(consulta, values)
  if (!pagina?.activo) throw await noAccess(db)
  return pageJson('contratos', filtro.orden, pagina)
})
