// The jobs of pg_cron, which an administrator enables in Studio: the extension lives in one database of a server alone,
// and so cannot be made in the one that a restore prepares beside it.
import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { listBackups } from '../../supabase/local/backup/folders.ts'
import { bootstrap, databaseUrl } from '../../supabase/local/postgres/bootstrap.ts'
import { SUPERUSER } from '../../supabase/local/postgres/cluster.ts'
import { migrate } from '../../supabase/local/postgres/migrate.ts'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'
import { query } from '../support/sql.ts'
import { startSystemPostgres } from './system-postgres.ts'

const run = promisify(execFile)
const script = (name: string) => join(PROJECT_DIR, 'supabase/docker/respaldo', name)

async function startServer() {
  if (!globSync('/usr/share/postgresql/*/extension/pg_cron.control').length)
    throw new Error(
      "pg_cron is not installed, and this test needs it: apt-get install '^postgresql-[0-9]+-cron$'",
    )
  const server = await startSystemPostgres(['shared_preload_libraries=pg_cron'])
  onTestFinished(() => server.stop())
  await bootstrap(server)
  const storage = join(server.dir, 'almacen')
  await mkdir(storage)
  const env = { ...server.env, RESPALDOS_DIR: join(server.dir, 'respaldos'), STORAGE_DIR: storage }
  return { url: databaseUrl(server, SUPERUSER), owner: databaseUrl(server, 'postgres'), env }
}

const JOBS = `select schedule, command, database, username, has_schema_privilege('postgres', 'cron', 'usage') as usa,
  nextval('cron.jobid_seq') > 1 as sigue from cron.job`

test('las tareas de pg_cron vuelven al restaurar, y la prueba dice que no las mira', async () => {
  const [here, there] = [await startServer(), await startServer()]
  await migrate(here.owner)
  await query(
    here.url,
    `create extension pg_cron; grant usage on schema cron to postgres;
     select cron.schedule('0 3 * * *', 'select 1')`,
  )
  const before = await query(here.url, JOBS)
  expect(before).toMatchObject([
    { schedule: '0 3 * * *', command: 'select 1', database: 'postgres', usa: true },
  ])
  await run(script('respaldo.sh'), { env: here.env })
  const proof = await run(script('restaurar.sh'), ['--probar'], { env: here.env })
  expect(proof.stdout).toContain('pg_cron')
  expect(proof.stdout).toContain('restores.')

  const { RESPALDOS_DIR } = here.env
  const [backup] = await listBackups(RESPALDOS_DIR)
  await run(script('restaurar.sh'), [backup!.name], { env: { ...there.env, RESPALDOS_DIR } })
  expect(await query(there.url, JOBS)).toEqual(before)
}, 90_000)
