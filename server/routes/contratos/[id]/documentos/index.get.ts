import { paginaDocumentos } from '../../../../queries/documentos.ts'
import { FiltroDocumentosSchema } from '../../../../schemas/documentos.ts'
import { comoUsuario } from '../../../../utils/como-usuario.ts'
import { contratoDe, para, sinContrato } from '../../../../utils/contrato-de.ts'
import { idAfter, type PageRow, pageJson } from '../../../../utils/cursor.ts'
import { readQueryAs } from '../../../../utils/input.ts'

/** GET /contratos/{id}/documentos — its documents in the order they came. Rule: RLS of documentos_contrato. */
export default comoUsuario(async (event, db) => {
  const contrato = contratoDe(event)
  const { limite, tipo, lote, cursor } = readQueryAs(event, FiltroDocumentosSchema)
  const valores = [contrato.valor, limite, tipo, lote, idAfter('documentos', cursor)]
  const [pagina] = await db.query<PageRow>(para(contrato, paginaDocumentos), valores)
  if (!pagina) throw await sinContrato(db, contrato)
  return pageJson('documentos', 'documentos', pagina)
})
