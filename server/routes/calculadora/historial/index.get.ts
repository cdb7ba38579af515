import { paginaCalculos } from '../../../queries/calculos.ts'
import { FiltroCalculosSchema } from '../../../schemas/calculadora/historial.ts'
import { comoUsuario } from '../../../utils/como-usuario.ts'
import { sinAcceso } from '../../../utils/contrato-de.ts'
import { idAfter, type PageRow, pageJson } from '../../../utils/cursor.ts'
import { readQueryAs } from '../../../utils/input.ts'

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
