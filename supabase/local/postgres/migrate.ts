import { readdir, readFile } from 'node:fs/promises'
import { splitSqlStatements } from '@supabase/lite'
import pg from 'pg'

const FOLDER = new URL('../../migrations/', import.meta.url)
const FILE = /^(\d{14})_(\w+)\.sql$/

// The official CLI's own history table, so that `supabase db push` and `supabase migration list` agree.
const HISTORY = `
  create schema if not exists supabase_migrations;
  create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
  alter table supabase_migrations.schema_migrations add column if not exists statements text[];
  alter table supabase_migrations.schema_migrations add column if not exists name text;
`

/**
 * Applies the migrations that the database does not have yet, each in a transaction of its own.
 * @param connectionString of role postgres, which owns our schema.
 * @returns the names of the files applied now.
 */
export async function migrate(connectionString: string): Promise<string[]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  const applied: string[] = []
  try {
    await client.query(HISTORY)
    // Two starts at once on one database: the second waits, then finds nothing left to do.
    await client.query(`select pg_advisory_lock(hashtext('supabase_migrations'))`)
    const { rows } = await client.query<{ version: string }>(
      'select version from supabase_migrations.schema_migrations',
    )
    const known = new Set(rows.map((row) => row.version))
    for (const file of (await readdir(FOLDER)).sort()) {
      const [, version, name] = FILE.exec(file) ?? []
      if (!version || known.has(version)) continue
      const sql = await readFile(new URL(file, FOLDER), 'utf8')
      try {
        await client.query('begin')
        await client.query(sql)
        await client.query(
          'insert into supabase_migrations.schema_migrations (version, name, statements) values ($1, $2, $3)',
          [version, name, splitSqlStatements(sql)],
        )
        await client.query('commit')
      } catch (cause) {
        const { message, position, detail, where } = cause as pg.DatabaseError
        const line = position ? ` (line ${sql.slice(0, Number(position)).split('\n').length})` : ''
        throw new Error([`${file}${line}: ${message}`, detail, where].filter(Boolean).join('\n'), { cause })
      }
      applied.push(file)
    }
    return applied
  } finally {
    await client.end()
  }
}
