import { execFileSync } from 'node:child_process'
import { chownSync, existsSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { findFreePorts } from '../../supabase/local/ports.ts'
import { databaseUrl } from '../../supabase/local/postgres/bootstrap.ts'
import { SUPERUSER } from '../../supabase/local/postgres/cluster.ts'
import { findOwner } from '../../supabase/local/postgres/owner.ts'
import { makeTempDir } from '../../supabase/local/postgres/temporary.ts'
import { launch, untilReady } from '../support/programs.ts'
import { query } from '../support/sql.ts'

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
  const server = launch(
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
    options,
  )
  const password = 'only-for-a-moment'
  await untilReady(server, () =>
    query(databaseUrl({ port: port!, password }, SUPERUSER), 'select').then(
      () => true,
      () => false,
    ),
  )
  return {
    dir,
    port: port!,
    password,
    env: {
      ...process.env,
      PATH: `${bin}:${process.env.PATH}`,
      PGHOST: '127.0.0.1',
      PGPORT: String(port),
      PGUSER: SUPERUSER,
      PGDATABASE: 'postgres',
    },
    async stop() {
      await server.stop('SIGINT')
      await rm(dir, { recursive: true, force: true })
    },
  }
}
