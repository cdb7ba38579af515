import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PROJECT_DIR } from '../settings.ts'

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
 * @returns the path of the server's entry.
 */
export async function buildFunctions(): Promise<string> {
  const outputs = join(PROJECT_DIR, '.output')
  const target = join(outputs, await fingerprint())
  const entry = join(target, 'server', 'index.mjs')
  if (existsSync(entry)) return entry

  const { build, createNitro, prepare } = await import('nitropack')
  const draft = `${target}.${process.pid}`
  const nitro = await createNitro({
    rootDir: PROJECT_DIR,
    dev: false,
    preset: 'node-server',
    buildDir: join(PROJECT_DIR, '.nitro', `build-${process.pid}`),
    output: { dir: draft, serverDir: join(draft, 'server'), publicDir: join(draft, 'public') },
    logLevel: 1,
  })
  try {
    await prepare(nitro)
    await build(nitro)
  } finally {
    await nitro.close()
    await rm(nitro.options.buildDir, { recursive: true, force: true })
  }
  await rename(draft, target).catch(async (error) => {
    // Another process built the same sources meanwhile.
    await rm(draft, { recursive: true, force: true })
    if (!existsSync(entry)) throw error
  })
  return entry
}
