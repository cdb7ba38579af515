// npm run db:types: supabase/database.types.ts from the migrations, by the official CLI. --check compares only.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findFreePorts } from '../supabase/local/ports.ts'
import { bootstrap, databaseUrl } from '../supabase/local/postgres/bootstrap.ts'
import { startCluster } from '../supabase/local/postgres/cluster.ts'
import { migrate } from '../supabase/local/postgres/migrate.ts'
import { PROJECT_DIR, SetupError } from '../supabase/local/settings.ts'
import { main } from './target.ts'

const FILE = join(PROJECT_DIR, 'supabase/database.types.ts')

/** Types of a database made from zero, so that they follow the migrations and nothing else. */
async function generate(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'triboka-types-'))
  const [port] = await findFreePorts(1)
  const db = { port: port!, password: 'only-for-a-moment' }
  const cluster = await startCluster({ dataDir, ...db })
  try {
    await bootstrap(db)
    await migrate(databaseUrl(db, 'postgres'))
    const { stdout } = await promisify(execFile)(
      join(PROJECT_DIR, 'node_modules/.bin/supabase'),
      [
        'gen',
        'types',
        `--remote=${databaseUrl(db, 'postgres')}`,
        '--lang=typescript',
        '--schema=public',
        '--agent=no',
      ],
      { cwd: PROJECT_DIR, maxBuffer: 16 * 2 ** 20 },
    )
    return stdout
  } finally {
    await cluster.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

await main(async () => {
  const types = await generate()
  if (!process.argv.includes('--check')) return writeFile(FILE, types)
  if ((await readFile(FILE, 'utf8').catch(() => '')) !== types) {
    throw new SetupError('supabase/database.types.ts is stale: run npm run db:types and commit it.')
  }
})
