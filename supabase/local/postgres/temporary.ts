import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePorts } from '../ports.ts'
import { bootstrap } from './bootstrap.ts'
import { startCluster } from './cluster.ts'

/** A new folder under the system's temporary one that the account running Postgres can walk through. */
export async function makeTempDir(prefix: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), prefix))
  await chmod(dir, 0o711)
  return dir
}

/** Runs work on an empty Supabase database that lives no longer than it. */
export async function withTemporaryCluster<T>(
  work: (db: { port: number; password: string }) => Promise<T>,
): Promise<T> {
  const dataDir = await makeTempDir('triboka-postgres-')
  const [port] = await findFreePorts(1)
  const db = { port: port!, password: 'only-for-a-moment' }
  const cluster = await startCluster({ dataDir, ...db })
  try {
    await bootstrap(db)
    return await work(db)
  } finally {
    await cluster.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}
