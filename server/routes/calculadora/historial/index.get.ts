import { paginaCalculos } from '../../../calculo/queries.ts'
import { FiltroCalculosSchema } from '../../../calculo/schemas/historial.ts'
import { sinAcceso } from '../../../contratos/contrato-de.ts'
import { idAfter, type PageRow, pageJson } from '../../../http/cursor.ts'
import { readQueryAs } from '../../../http/input.ts'
import { comoUsuario } from '../../../session/as-user.ts'

/** GET /calculadora/historial — what the company calculated, newest first. Rule: RLS of public.calculos. */
export default comoUsuario(async (event, db) => {
  const { limite, cursor, tipo, desde, hasta } = readQueryAs(event, FiltroCalculosSchema)
  const [pagina] = await db.query<PageRow & { activo: boolean }>(paginaCalculos, [
    limite,
    idAfter('calculos', cursor),
    tipo,
    desde,
    hasta,
  ])
  if (!pagina?.activo) throw await sinAcceso(db)
  return pageJson('calculos', 'calculos', pagina)
})
