import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { findFreePorts } from '../../supabase/local/ports.ts'
import { SUPERUSER } from '../../supabase/local/postgres/cluster.ts'
import { findOwner } from '../../supabase/local/postgres/owner.ts'
import { makeTempDir } from '../../supabase/local/postgres/temporary.ts'

const DEBIAN = '/usr/lib/postgresql'

/** Folder of the programs of the newest Postgres of the system, with its pg_dump. */
async function binaries(): Promise<string> {
  const versions = existsSync(DEBIAN) ? await readdir(DEBIAN) : []
  const newest = versions.map(Number).sort((a, b) => b - a)[0]
  const bin = join(DEBIAN, String(newest), 'bin')
  if (!existsSync(join(bin, 'pg_dump')))
    throw new Error('pg_dump and its server are missing: apt-get install postgresql')
  return bin
}

/** A server of the system's packages, with the pg_dump of its version, as the self-hosted bundle has. */
export interface SystemPostgres {
  dir: string
  /** For the scripts: PG* of its superuser, and its programs first. */
  env: NodeJS.ProcessEnv
  port: number
  password: string
  stop(): Promise<void>
}

/** Starts it in a folder of its own. @param settings of postgresql.conf, `name=value`. */
export async function startSystemPostgres(settings: string[] = []): Promise<SystemPostgres> {
  const bin = await binaries()
  const dir = await makeTempDir('triboka-test-')
  const [port] = await findFreePorts(1)
  const data = join(dir, 'data')
  await mkdir(data)
  const owner = findOwner(data)
  const account = owner ? { uid: owner.uid, gid: owner.gid } : {}
  if (owner) chownSync(data, owner.uid, owner.gid)
  const options = { cwd: '/', env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' }, ...account }
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', SUPERUSER, '--auth=trust', '-E', 'UTF8'], options)
  const server: ChildProcess = spawn(
    join(bin, 'postgres'),
    [
      '-D',
      data,
      '-p',
      String(port),
      '-h',
      '127.0.0.1',
      '-k',
      '',
      '-c',
      'wal_level=logical',
      '-c',
      'fsync=off',
      ...settings.flatMap((setting) => ['-c', setting]),
    ],
    { ...options, stdio: 'ignore' },
  )
  for (let attempt = 0; attempt < 200; attempt++) {
    const client = new pg.Client({ host: '127.0.0.1', port: port!, user: SUPERUSER, database: 'postgres' })
    const isReady = await client.connect().then(
      () => true,
      () => false,
    )
    await client.end().catch(() => {})
    if (isReady) break
    await sleep(100)
  }
  return {
    dir,
    port: port!,
    password: 'only-for-a-moment',
    env: {
      ...process.env,
      PATH: `${bin}:${process.env.PATH}`,
      PGHOST: '127.0.0.1',
      PGPORT: String(port),
      PGUSER: SUPERUSER,
      PGDATABASE: 'postgres',
    },
    async stop() {
      const ended = once(server, 'exit')
      server.kill('SIGINT')
      await ended
      await rm(dir, { recursive: true, force: true })
    },
  }
}
