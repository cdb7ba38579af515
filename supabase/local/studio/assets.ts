import { readdir, readFile } from 'node:fs/promises'
import { dirname, extname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A file of Studio's bundle. */
export interface Asset {
  type: string
  read(): Promise<Buffer>
}

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** Studio's page and the files that it asks for, by their path; no other file can be asked for. */
export interface Bundle {
  page: string
  assets: Map<string, Asset>
}

interface Manifest {
  [source: string]: { file: string; isEntry?: boolean; css?: string[] }
}

const pageOf = ({ file, css = [] }: Manifest[string]) => `<!doctype html>
<html lang="en" data-theme="dark" class="dark" style="color-scheme: dark">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Studio</title>
<link rel="icon" href="/static/favicon.ico" type="image/x-icon">
<script type="module" src="/static/${file}"></script>
${css.map((sheet) => `<link rel="stylesheet" href="/static/${sheet}">`).join('\n')}
</head>
<body><div id="root"></div></body>
</html>
`

/** Finds what @supabase/lite brings along for its Studio; nothing of it runs here. */
export async function readBundle(): Promise<Bundle> {
  const manifest = fileURLToPath(import.meta.resolve('@supabase/lite/dist/manifest.json'))
  const entries = Object.values(JSON.parse(await readFile(manifest, 'utf8')) as Manifest)
  const folder = dirname(dirname(manifest))
  const assets = new Map<string, Asset>()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const type = TYPES[extname(entry.name)]
    if (!entry.isFile() || !type) continue
    const file = join(entry.parentPath, entry.name)
    const path = relative(folder, file).split(sep).join('/')
    assets.set(`/static/${path}`, { type, read: () => readFile(file) })
  }
  return { page: pageOf(entries.find(({ isEntry }) => isEntry)!), assets }
}
