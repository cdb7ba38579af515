import { readdir, readFile } from 'node:fs/promises'
import pg from 'pg'
import { SetupError } from '../settings.ts'
import { splitStatements } from './statements.ts'

const FOLDER = new URL('../../migrations/', import.meta.url)
const FILE = /^(\d{14})_(\w+)\.sql$/

// The official CLI's own history table, so that `supabase db push` and `supabase migration list` agree.
const HISTORY = `
  create schema if not exists supabase_migrations;
  create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
  alter table supabase_migrations.schema_migrations add column if not exists statements text[];
  alter table supabase_migrations.schema_migrations add column if not exists name text;
`

interface Migration {
  file: string
  version: string
  name: string
  sql: string
}

async function readMigrations(folder: URL): Promise<Migration[]> {
  const found: Migration[] = []
  for (const file of (await readdir(folder)).sort()) {
    const [, version, name] = FILE.exec(file) ?? []
    if (version && name)
      found.push({ file, version, name, sql: await readFile(new URL(file, folder), 'utf8') })
  }
  return found
}

/** Is this migration one of ours? */
export const isKnown = async (version: string, folder: URL = FOLDER): Promise<boolean> =>
  (await readMigrations(folder)).some((migration) => migration.version === version)

/** A text from its first statement to the end of its last: comments that come after it belong to none. */
function upToTheLast(sql: string): string {
  const lines = sql.trimEnd().split('\n')
  while (/^\s*(--.*)?$/.test(lines.at(-1) ?? 'x')) lines.pop()
  return lines.join('\n').replace(/;[^\S\n]*--[^\n]*$/, ';')
}

// The CLI and we divide a file at its semicolons, and trim, a little differently; all the rest is the same text.
const folded = (sql: string) =>
  upToTheLast(sql)
    .replace(/[\s;]+/g, ' ')
    .trim()

/**
 * What is still to be applied, once the history agrees with the files.
 * @throws SetupError where `supabase db push` refuses too (the database has what the files lack, or a file belongs
 * before one already applied), and where an applied file says something else by now.
 */
async function findPending(client: pg.Client, files: Migration[]): Promise<Migration[]> {
  const { rows } = await client.query<{ version: string; statements: string[] | null }>(
    'select version, statements from supabase_migrations.schema_migrations order by version',
  )
  const known = new Map(rows.map((row) => [row.version, row.statements]))
  const foreign = rows.find(({ version }) => !files.some((file) => file.version === version))
  if (foreign)
    throw new SetupError(
      `This database has migration ${foreign.version}, which these files do not have: it belongs to another version of Triboka. Start that version, which also restores its backups, or begin anew with npm run reset.`,
    )
  const last = rows.at(-1)?.version ?? ''
  for (const { file, version, sql } of files) {
    const statements = known.get(version)
    if (!known.has(version) && version < last)
      throw new SetupError(
        `${file} belongs before ${last}, which this database already has: date it later, so that every database applies them in one order.`,
      )
    if (statements && folded(statements.join('\n')) !== folded(sql))
      throw new SetupError(
        `${file} has changed since this database applied it: put its text back and write what is new as a new migration, or begin anew with npm run reset.`,
      )
  }
  return files.filter(({ version }) => !known.has(version))
}

/** One migration and its line in the history, in one transaction. */
async function apply(client: pg.Client, { file, version, name, sql }: Migration): Promise<void> {
  try {
    await client.query('begin')
    await client.query(sql)
    await client.query(
      'insert into supabase_migrations.schema_migrations (version, name, statements) values ($1, $2, $3)',
      [version, name, splitStatements(sql)],
    )
    await client.query('commit')
  } catch (cause) {
    const { message, position, detail, where } = cause as pg.DatabaseError
    const line = position ? ` (line ${sql.slice(0, Number(position)).split('\n').length})` : ''
    throw new Error([`${file}${line}: ${message}`, detail, where].filter(Boolean).join('\n'), { cause })
  }
}

/**
 * Applies the migrations that the database does not have yet, each in a transaction of its own.
 * @param connectionString of role postgres, which owns our schema.
 * @param folder of the migrations; ours where none is given.
 * @returns the names of the files applied now.
 * @throws SetupError where history and files do not agree: see {@link findPending}; nothing is applied then.
 */
export async function migrate(connectionString: string, folder: URL = FOLDER): Promise<string[]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    await client.query(HISTORY)
    // Two starts at once on one database: the second waits, then finds nothing left to do.
    await client.query(`select pg_advisory_lock(hashtext('supabase_migrations'))`)
    const pending = await findPending(client, await readMigrations(folder))
    for (const migration of pending) await apply(client, migration)
    return pending.map(({ file }) => file)
  } finally {
    await client.end()
  }
}
