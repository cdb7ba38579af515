import { readdir, readFile } from 'node:fs/promises'
import pg from 'pg'
import { SetupError } from '../settings.ts'
import { SUPERUSER } from './cluster.ts'

const FOLDER = new URL('./bootstrap/', import.meta.url)
const LOGIN_ROLES = [
  'postgres',
  'authenticator',
  'supabase_auth_admin',
  'supabase_storage_admin',
  'supabase_realtime_admin',
]

/**
 * A URL of the embedded Postgres for one of its login roles.
 * @param role `postgres` owns our schema; `authenticator` can do nothing but become a caller's role.
 */
export function databaseUrl(db: { port: number; password: string }, role: string): string {
  return `postgresql://${role}:${encodeURIComponent(db.password)}@127.0.0.1:${db.port}/postgres`
}

async function withClient(
  connectionString: string,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

/** Takes away the tables of an Auth of before, and what refers to them. */
const FORGET_AUTH = `
do $$
declare
  r record;
begin
  for r in select tablename from pg_tables where schemaname = 'auth' loop
    execute format('drop table if exists auth.%I cascade', r.tablename);
  end loop;
end
$$`

/** What our Auth of before left is no GoTrue's, and cannot become it. */
async function hasOldAuth(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query(
    `select to_regclass('auth.users') is not null and to_regclass('auth.schema_migrations') is null as "isOld"`,
  )
  return rows[0].isOld
}

/**
 * Makes the roles, schemas, helpers and auth tables of a Supabase database; harmless when they are there.
 * @param options.isLost all that the database holds is about to go.
 * @throws SetupError where the tables of Auth are others.
 */
export async function bootstrap(
  db: { port: number; password: string },
  { isLost = false }: { isLost?: boolean } = {},
): Promise<void> {
  await withClient(databaseUrl(db, SUPERUSER), async (client) => {
    if (await hasOldAuth(client)) {
      if (!isLost)
        throw new SetupError(
          'This database has the accounts of an earlier Auth, whose tables are not those of GoTrue: start the version of Triboka that made it, or begin anew with npm run reset.',
        )
      await client.query(FORGET_AUTH)
    }
    for (const file of (await readdir(FOLDER)).sort()) {
      const sql = await readFile(new URL(file, FOLDER), 'utf8')
      await client.query(`begin; ${sql}; commit`).catch((cause) => {
        throw new Error(`bootstrap/${file}: ${cause.message}`, { cause })
      })
    }
    for (const role of LOGIN_ROLES) {
      await client.query(
        `alter role ${client.escapeIdentifier(role)} password ${client.escapeLiteral(db.password)}`,
      )
    }
  })
}
