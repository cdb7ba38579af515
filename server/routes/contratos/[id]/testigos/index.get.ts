import { contratoDe, para, sinContrato } from '../../../../contratos/contrato.ts'
import { paginaTestigos } from '../../../../expediente/queries.ts'
import { idAfter, type PageRow, pageJson } from '../../../../http/cursor.ts'
import { readQueryAs } from '../../../../http/input.ts'
import { PaginaSchema } from '../../../../http/schemas.ts'
import { asUser } from '../../../../session/as-user.ts'

/** GET /contratos/{id}/testigos — its public pages, and what they show. Rule: privado.contrato_firmado. */
export default asUser(async (event, db) => {
  const contrato = contratoDe(event)
  const { limite, cursor } = readQueryAs(event, PaginaSchema)
  const valores = [contrato.valor, limite, idAfter('testigos', cursor)]
  const [pagina] = await db.query<PageRow & { muestra: string }>(para(contrato, paginaTestigos), valores)
  if (!pagina) throw await sinContrato(db, contrato)
  return `${pageJson('testigos', 'testigos', pagina).slice(0, -1)},"muestra":${pagina.muestra}}`
})
