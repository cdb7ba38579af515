import { archivoDePagina } from '../../../expediente/pagina/archivos.ts'
import { sendPrepared } from '../../../http/compressed.ts'
import { pathParameter } from '../../../http/path.ts'
import { problem } from '../../../http/problem.ts'
import { withoutSession } from '../../../session/without-session.ts'

/**
 * GET /v/{archivo} — what the public page loads, from the build itself. The router takes one name for what stands at a
 * level, and here that is the code of a contract.
 */
export default withoutSession(async (event) => {
  const found = archivoDePagina(pathParameter(event, 'codigo'))
  if (!found) throw problem('ruta_inexistente')
  return sendPrepared(event, await found)
})
