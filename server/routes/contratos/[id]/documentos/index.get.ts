import { contratoDe, para, sinContrato } from '../../../../contratos/contrato.ts'
import { paginaDocumentos } from '../../../../documentos/queries.ts'
import { FiltroDocumentosSchema } from '../../../../documentos/schemas.ts'
import { idAfter, type PageRow, pageJson } from '../../../../http/cursor.ts'
import { readQueryAs } from '../../../../http/input.ts'
import { asUser } from '../../../../session/as-user.ts'

/** GET /contratos/{id}/documentos — its documents in the order they came. Rule: RLS of documentos_contrato. */
export default asUser(async (event, db) => {
  const contrato = contratoDe(event)
  const { limite, tipo, lote, cursor } = readQueryAs(event, FiltroDocumentosSchema)
  const valores = [contrato.valor, limite, tipo, lote, idAfter('documentos', cursor)]
  const [pagina] = await db.query<PageRow>(para(contrato, paginaDocumentos), valores)
  if (!pagina) throw await sinContrato(db, contrato)
  return pageJson('documentos', 'documentos', pagina)
})
