// npm run db:types: supabase/database.types.ts from the migrations, by the official CLI. --check compares only.
import { execFile, execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readCommandLine } from '../supabase/local/command-line.ts'
import { databaseUrl } from '../supabase/local/postgres/bootstrap.ts'
import { migrate } from '../supabase/local/postgres/migrate.ts'
import { withTemporaryCluster } from '../supabase/local/postgres/temporary.ts'
import { PROJECT_DIR, SetupError } from '../supabase/local/settings.ts'
import { withFilledColumns } from './filled-columns.ts'
import { main } from './target.ts'

const { options } = readCommandLine({
  name: 'npm run db:types',
  about: 'Escribe supabase/database.types.ts según las migraciones, con el CLI oficial.',
  options: { check: { about: 'no escribe: termina con 1 si lo escrito ya no corresponde' } },
})

const FILE = join(PROJECT_DIR, 'supabase/database.types.ts')

/** As the rest of the project is formatted, so that a change shows as the lines that changed. */
function format(types: string): string {
  const biome = join(PROJECT_DIR, 'node_modules/.bin/biome')
  return execFileSync(biome, ['format', '--stdin-file-path=types.ts'], {
    cwd: PROJECT_DIR,
    input: types,
    encoding: 'utf8',
  })
}

/** Types of a database made from zero, so that they follow the migrations and nothing else. */
const generate = () =>
  withTemporaryCluster(async (db) => {
    const url = databaseUrl(db, 'postgres')
    await migrate(url)
    const { stdout } = await promisify(execFile)(
      join(PROJECT_DIR, 'node_modules/.bin/supabase'),
      ['gen', 'types', `--remote=${url}`, '--lang=typescript', '--schema=public', '--agent=no'],
      // Without this the CLI first tries TLS and says so on stdout.
      { cwd: PROJECT_DIR, maxBuffer: 16 * 2 ** 20, env: { ...process.env, PGSSLMODE: 'disable' } },
    )
    return withFilledColumns(format(stdout))
  })

await main(async () => {
  const types = await generate()
  if (!options.check) return writeFile(FILE, types)
  if ((await readFile(FILE, 'utf8').catch(() => '')) !== types) {
    throw new SetupError('supabase/database.types.ts is stale: run npm run db:types and commit it.')
  }
})
