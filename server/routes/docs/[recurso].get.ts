import { parametro } from '../../contratos/contrato-de.ts'
import { recurso } from '../../docs/recursos.ts'
import { sendPrepared } from '../../http/compressed.ts'
import { problem } from '../../http/problem.ts'
import { publico } from '../../session/public.ts'

/** GET /docs/{recurso} — what the page loads, from the build itself. */
export default publico(async (event) => {
  const found = recurso(parametro(event, 'recurso'))
  if (!found) throw problem('ruta_inexistente')
  return sendPrepared(event, await found)
})
