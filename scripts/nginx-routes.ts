// npm run nginx:routes: the paths of the functions as nginx hands them on, from their OpenAPI document. --check compares.
import { readFile, writeFile } from 'node:fs/promises'
import { openApiDocument } from '../server/openapi/document.ts'
import { SNIPPETS } from '../supabase/docker/nginx/render.ts'
import { readCommandLine } from '../supabase/local/command-line.ts'
import { SetupError } from '../supabase/local/settings.ts'
import { main } from './target.ts'

const { options } = readCommandLine({
  name: 'npm run nginx:routes',
  about: 'Escribe las rutas de las funciones como nginx las entrega, según su documento OpenAPI.',
  options: { check: { about: 'no escribe: termina con 1 si lo escrito ya no corresponde' } },
})

const FILE = new URL('rutas.conf', SNIPPETS)

// What serves the document is not in it.
const UNDOCUMENTED = ['docs', 'openapi.json']

function generate(): string {
  const { paths } = openApiDocument() as { paths: Record<string, unknown> }
  const first = new Set([...Object.keys(paths).map((path) => path.split('/')[1]!), ...UNDOCUMENTED])
  // Prometheus asks from the inside.
  first.delete('metrics')
  const names = [...first].sort().map((name) => name.replaceAll('.', '\\.'))
  return `# Made by npm run nginx:routes from the OpenAPI document of the functions: do not edit.
location ~ ^/(${names.join('|')})(/|$) {
  proxy_request_buffering off;
  proxy_pass http://triboka_functions;
}
`
}

await main(async () => {
  const routes = generate()
  if (!options.check) return writeFile(FILE, routes)
  if ((await readFile(FILE, 'utf8').catch(() => '')) !== routes) {
    throw new SetupError(
      'supabase/docker/nginx/triboka/rutas.conf is stale: run npm run nginx:routes and commit it.',
    )
  }
})
