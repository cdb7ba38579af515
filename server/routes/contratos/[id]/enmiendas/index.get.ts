import { contratoDe, para, sinContrato } from '../../../../contratos/contrato.ts'
import { paginaEnmiendas } from '../../../../enmiendas/queries.ts'
import { idAfter, type PageRow, pageJson } from '../../../../http/cursor.ts'
import { readQueryAs } from '../../../../http/input.ts'
import { PaginaSchema } from '../../../../http/schemas.ts'
import { asUser } from '../../../../session/as-user.ts'

/** GET /contratos/{id}/enmiendas — what was proposed, newest first. Rule: RLS of public.enmiendas. */
export default asUser(async (event, db) => {
  const contrato = contratoDe(event)
  const { limite, cursor } = readQueryAs(event, PaginaSchema)
  const valores = [contrato.valor, limite, idAfter('enmiendas', cursor)]
  const [pagina] = await db.query<PageRow>(para(contrato, paginaEnmiendas), valores)
  if (!pagina) throw await sinContrato(db, contrato)
  return pageJson('enmiendas', 'enmiendas', pagina)
})
