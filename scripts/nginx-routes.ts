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

// What people open in a browser. Of the rest a browser would get 401: whoever navigates sends no session.
const PAGES = ['.well-known/triboka-evidencia.json', 'docs', 'openapi.json', 'salud', 'v']

function generate(): string {
  const { paths } = openApiDocument() as { paths: Record<string, unknown> }
  // Of /.well-known there is one file of ours; the rest is whoever's serves there.
  const firstOf = (path: string) => (path.startsWith('/.well-known/') ? path.slice(1) : path.split('/')[1]!)
  const first = new Set([...Object.keys(paths).map(firstOf), ...UNDOCUMENTED])
  // Prometheus asks from the inside.
  first.delete('metrics')
  const location = (names: string[], body: string) => `
location ~ ^/(${names.map((name) => name.replaceAll('.', '\\.')).join('|')})(/|$) {
${body}  proxy_request_buffering off;
  proxy_pass http://triboka_functions;
}
`
  const names = [...first].sort()
  return `# Made by npm run nginx:routes from the OpenAPI document of the functions: do not edit.${location(
    names.filter((name) => PAGES.includes(name)),
    '',
  )}${location(
    names.filter((name) => !PAGES.includes(name)),
    `  # An app may have pages of the same names: who navigates gets them, who asks for data the data.
  if ($triboka_navigation) {
    return 418;
  }
  add_header Strict-Transport-Security "max-age=31536000" always;
  add_header Vary Accept always;
`,
  )}`
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
