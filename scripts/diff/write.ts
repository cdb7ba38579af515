import { readdir, writeFile } from 'node:fs/promises'
import pg from 'pg'
import { compareCatalogs, type Difference, readCatalog } from '../../supabase/local/postgres/catalog.ts'
import { migrate } from '../../supabase/local/postgres/migrate.ts'
import { applySchemas } from '../../supabase/local/postgres/schemas.ts'
import { createDatabases, withTemporaryCluster } from '../../supabase/local/postgres/temporary.ts'
import { SetupError } from '../../supabase/local/settings.ts'
import { type Changes, planChanges } from './plan.ts'
import { privilegeStatements } from './privileges.ts'

/** A migration that was written, and what is left for a person. */
export interface Written extends Omit<Changes, 'statements'> {
  file: string
  /** Why Postgres does not take it; null where it does. */
  failure: string | null
  /** What still differs once it is applied: see compareCatalogs. */
  left: Difference[]
}

/** YYYYMMDDHHMMSS in UTC, as `supabase migration new` dates a file. */
export const versionAt = (date: Date) => date.toISOString().replace(/\D/g, '').slice(0, 14)

/** The things that change, each once: a column as its table. */
function touched(differences: Difference[]): string[] {
  const names = differences.map(({ key }) => {
    const name = key.replace(/\(.*$/s, '').replace(/^.* /, '')
    return /^(column|constraint|policy|trigger|rule) /.test(key) ? name.replace(/\.[^.]+$/, '') : name
  })
  return [...new Set(names)].sort()
}

function wrapped(text: string): string {
  const lines = ['--']
  for (const word of text.split(' ')) {
    if (lines.at(-1)!.length + word.length >= 118) lines.push('--  ')
    lines.push(`${lines.pop()} ${word}`)
  }
  return lines.join('\n')
}

/** One after another, with air around what takes several lines. */
function spaced(statements: string[]): string {
  let text = ''
  let wasLong = true
  for (const statement of statements) {
    const sql = `${statement.trim().replace(/;$/, '')};`
    const isLong = sql.includes('\n')
    text += `${isLong || wasLong ? '\n' : ''}${sql}\n`
    wasLong = isLong
  }
  return text
}

/** A header with what can be known; the why is for who asked. */
function render(
  differences: Difference[],
  { statements, destructive }: Changes,
  privileges: string[],
): string {
  const header = [
    '-- Why: …',
    wrapped(`Touches: ${touched(differences).join(', ')}.`),
    `-- Destructive: ${destructive.length ? 'yes, …' : 'no.'}`,
  ]
  const all = [...statements, ...privileges]
  // One may come before what it asks.
  const [before, after] = statements.some((sql) => /^create .*function /.test(sql))
    ? [['set check_function_bodies = off'], ['reset check_function_bodies']]
    : [[], []]
  return `${header.join('\n')}\n${spaced([...before, ...all, ...after])}`
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`begin; ${sql}; commit`)
  } finally {
    await client.end()
  }
}

/** Its place in the order of all. @throws SetupError where the newest is dated ahead of the clock. */
async function nextVersion(migrations: URL): Promise<string> {
  const version = versionAt(new Date())
  const last = (await readdir(migrations))
    .filter((file) => /^\d{14}_/.test(file))
    .sort()
    .at(-1)
  if (last && last.slice(0, 14) >= version)
    throw new SetupError(`${last} is dated ahead of the clock (${version}): nothing can come after it yet.`)
  return version
}

/**
 * Writes the migration that leads from the migrations to the schemas, by a database of each, and tries it.
 * @param name of the migration: lower-case words with _ between them.
 * @returns null where the two agree already: nothing is written.
 */
export async function writeMigration(name: string, migrations: URL, schemas: URL): Promise<Written | null> {
  if (!/^[a-z]+(_[a-z]+)*$/.test(name))
    throw new SetupError(`"${name}" is not a name: lower-case words, joined by _, as in lotes_por_centro.`)
  return withTemporaryCluster(async (db) => {
    const { migraciones, esquemas } = await createDatabases(db, ['migraciones', 'esquemas'])
    await migrate(migraciones, migrations)
    await applySchemas(esquemas, schemas)
    const wanted = await readCatalog(esquemas)
    const differences = compareCatalogs(await readCatalog(migraciones), wanted)
    if (!differences.length) return null
    const version = await nextVersion(migrations)
    const changes = await planChanges(migraciones, esquemas)
    const { prueba } = await createDatabases(db, ['prueba'], 'migraciones')
    let failure: string | null = null
    const fail = (error: Error) => {
      failure = error.message
    }
    await run(prueba, render(differences, changes, [])).catch(fail)
    const privileges: string[] = []
    for (let round = 0; round < 2 && !failure; round++) {
      const missing = privilegeStatements(compareCatalogs(await readCatalog(prueba), wanted))
      privileges.push(...missing)
      await run(prueba, missing.join(';')).catch(fail)
    }
    const file = `${version}_${name}.sql`
    await writeFile(new URL(file, migrations), render(differences, changes, privileges), { flag: 'wx' })
    if (!failure) await migrate(migraciones, migrations).catch(fail)
    const left = compareCatalogs(await readCatalog(migraciones), wanted)
    const { statements: _, ...rest } = changes
    return { ...rest, file, failure, left }
  })
}
