import { contratoDe, para, sinContrato } from '../../../../contratos/contrato.ts'
import { paginaMensajes } from '../../../../conversacion/queries.ts'
import { FiltroMensajesSchema } from '../../../../conversacion/schemas.ts'
import { idAfter, type PageRow, pageJson } from '../../../../http/cursor.ts'
import { readQueryAs } from '../../../../http/input.ts'
import { asUser } from '../../../../session/as-user.ts'

/** GET /contratos/{id}/mensajes — the conversation, newest first. Rule: RLS of public.mensajes. */
export default asUser(async (event, db) => {
  const contrato = contratoDe(event)
  const { limite, cursor, despues_de } = readQueryAs(event, FiltroMensajesSchema)
  const valores = [contrato.valor, limite, idAfter('mensajes', cursor), despues_de]
  const [pagina] = await db.query<PageRow>(para(contrato, paginaMensajes), valores)
  if (!pagina) throw await sinContrato(db, contrato)
  return pageJson('mensajes', 'mensajes', pagina)
})
