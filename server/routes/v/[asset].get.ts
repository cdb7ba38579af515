import { archivoDePagina } from '../../expediente/pagina/archivos.ts'
import { sendPrepared } from '../../http/compressed.ts'
import { pathParameter } from '../../http/path.ts'
import { problem } from '../../http/problem.ts'
import { withoutSession } from '../../session/without-session.ts'

/** GET /v/{asset} — what the public page loads, from the build itself. */
export default withoutSession(async (event) => {
  const found = archivoDePagina(pathParameter(event, 'asset'))
  if (!found) throw problem('ruta_inexistente')
  return sendPrepared(event, await found)
})
