import { paginaContratos } from '../../queries/pagina-contratos.ts'
import { FiltroContratosSchema } from '../../schemas/contratos.ts'
import { comoUsuario } from '../../utils/como-usuario.ts'
import { sinAcceso } from '../../utils/contrato-de.ts'
import { idAfter, type PageRow, pageJson } from '../../utils/cursor.ts'
import { readQueryAs } from '../../utils/input.ts'

/** GET /contratos — a page of the contracts the caller's company is party to. Rule: RLS of public.contratos. */
export default comoUsuario(async (event, db) => {
  const filtro = readQueryAs(event, FiltroContratosSchema)
  const [consulta, values] = paginaContratos(filtro, idAfter(filtro.orden, filtro.cursor))
  const [pagina] = await db.query<PageRow & { activo: boolean }>(consulta, values)
  if (!pagina?.activo) throw await sinAcceso(db)
  return pageJson('contratos', filtro.orden, pagina)
})
