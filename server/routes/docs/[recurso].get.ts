import { recurso } from '../../docs/recursos.ts'
import { sendPrepared } from '../../utils/compressed.ts'
import { parametro } from '../../utils/contrato-de.ts'
import { problem } from '../../utils/problem.ts'
import { publico } from '../../utils/publico.ts'

/** GET /docs/{recurso} — what the page loads, from the build itself. */
export default publico(async (event) => {
  const found = recurso(parametro(event, 'recurso'))
  if (!found) throw problem('ruta_inexistente')
  return sendPrepared(event, await found)
})
