import { paginaMensajes } from '../../../../queries/mensajes.ts'
import { FiltroMensajesSchema } from '../../../../schemas/conversacion.ts'
import { comoUsuario } from '../../../../utils/como-usuario.ts'
import { contratoDe, para, sinContrato } from '../../../../utils/contrato-de.ts'
import { idAfter, type PageRow, pageJson } from '../../../../utils/cursor.ts'
import { readQueryAs } from '../../../../utils/input.ts'

/** GET /contratos/{id}/mensajes — the conversation, newest first. Rule: RLS of public.mensajes. */
export default comoUsuario(async (event, db) => {
  const contrato = contratoDe(event)
  const { limite, cursor, despues_de } = readQueryAs(event, FiltroMensajesSchema)
  const valores = [contrato.valor, limite, idAfter('mensajes', cursor), despues_de]
  const [pagina] = await db.query<PageRow>(para(contrato, paginaMensajes), valores)
  if (!pagina) throw await sinContrato(db, contrato)
  return pageJson('mensajes', 'mensajes', pagina)
})
