import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { PROJECT_DIR } from '../settings.ts'

const COMPILER = fileURLToPath(new URL('./compile.ts', import.meta.url))
const SOURCES = ['server', 'nitro.config.ts', 'package-lock.json']

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256')
  async function add(path: string): Promise<void> {
    const entries = await readdir(join(PROJECT_DIR, path), { withFileTypes: true }).catch(() => null)
    if (!entries) {
      hash.update(path).update(await readFile(join(PROJECT_DIR, path)))
      return
    }
    for (const entry of entries.sort((a, b) => a.name.localeCompare(b.name)))
      await add(join(path, entry.name))
  }
  for (const source of SOURCES) await add(source)
  return hash.digest('hex').slice(0, 12)
}

/**
 * Builds the functions for production, once per state of their sources: each build has its own folder, so
 * a stack that runs an older one is not disturbed.
 * @param options.signal gives up the build.
 * @param options.report told when there is one to make, which takes some seconds.
 * @returns the path of the server's entry.
 */
export async function buildFunctions({
  signal,
  report = () => {},
}: {
  signal?: AbortSignal
  report?: (line: string) => void
} = {}): Promise<string> {
  const target = join(PROJECT_DIR, '.output', await fingerprint())
  const entry = join(target, 'server', 'index.mjs')
  if (existsSync(entry)) return entry

  report('Building the functions, which takes some seconds…')
  const draft = `${target}.${process.pid}`
  try {
    await promisify(execFile)(process.execPath, [COMPILER, draft], { cwd: PROJECT_DIR, signal })
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    // Another process built the same sources meanwhile.
    if (!existsSync(entry)) throw error
  }
  return entry
}
