import { paginaCalculos } from '../../../calculo/queries.ts'
import { FiltroCalculosSchema } from '../../../calculo/schemas/historial.ts'
import { idAfter, type PageRow, pageJson } from '../../../http/cursor.ts'
import { readQueryAs } from '../../../http/input.ts'
import { asUser } from '../../../session/as-user.ts'
import { noAccess } from '../../../session/no-row.ts'

/** GET /calculadora/historial — what the company calculated, newest first. Rule: RLS of public.calculos. */
export default asUser(async (event, db) => {
  const { limite, cursor, tipo, desde, hasta } = readQueryAs(event, FiltroCalculosSchema)
  const [pagina] = await db.query<PageRow & { activo: boolean }>(paginaCalculos, [
    limite,
    idAfter('calculos', cursor),
    tipo,
    desde,
    hasta,
  ])
  if (!pagina?.activo) throw await noAccess(db)
  return pageJson('calculos', 'calculos', pagina)
})
