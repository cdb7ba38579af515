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

/** The files that @supabase/lite brings along for its Studio, by their path; no other file can be asked for. */
export async function findAssets(): Promise<Map<string, Asset>> {
  const folder = dirname(dirname(fileURLToPath(import.meta.resolve('@supabase/lite/dist/manifest.json'))))
  const assets = new Map<string, Asset>()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const type = TYPES[extname(entry.name)]
    if (!entry.isFile() || !type) continue
    const file = join(entry.parentPath, entry.name)
    const path = relative(folder, file).split(sep).join('/')
    assets.set(`/static/${path}`, { type, read: () => readFile(file) })
  }
  return assets
}
