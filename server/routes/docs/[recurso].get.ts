import { setResponseHeaders } from 'h3'
import { useStorage } from 'nitropack/runtime'
import { parametro } from '../../utils/contrato-de.ts'
import { problem } from '../../utils/problem.ts'
import { publico } from '../../utils/publico.ts'

const TYPES: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
}

/** GET /docs/{recurso} — the files of swagger-ui-dist that the page needs, from the build itself. */
export default publico(async (event) => {
  const name = parametro(event, 'recurso')
  const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined
  if (!type) throw problem('ruta_inexistente')
  setResponseHeaders(event, { 'content-type': type, 'cache-control': 'public, max-age=3600' })
  return useStorage('assets:swagger').getItemRaw(name)
})
