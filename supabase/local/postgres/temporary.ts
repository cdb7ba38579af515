import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { findFreePorts } from '../ports.ts'
import { bootstrap, databaseUrl } from './bootstrap.ts'
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

/**
 * Makes more databases in the cluster, each like the one it has.
 * @param template what they are like, where it is another.
 * @returns the URL of each, for role postgres.
 */
export async function createDatabases<Name extends string>(
  db: { port: number; password: string },
  names: readonly Name[],
  template = 'postgres',
): Promise<Record<Name, string>> {
  const client = new pg.Client({ connectionString: urlOf(db, 'template1') })
  await client.connect()
  try {
    for (const name of names) await client.query(`create database ${name} template ${template}`)
  } finally {
    await client.end()
  }
  return Object.fromEntries(names.map((name) => [name, urlOf(db, name)])) as Record<Name, string>
}

const urlOf = (db: { port: number; password: string }, name: string) =>
  databaseUrl(db, 'postgres').replace(/[^/]+$/, name)
