import pg from 'pg'
import { databaseUrl } from './bootstrap.ts'
import { SUPERUSER } from './cluster.ts'

// Policies and triggers of ours on tables of the stack go first: they depend on our schemas. The stack's
// own schemas stay; every other schema goes with all that is in it.
const DROP = `
do $$
declare
  r record;
begin
  for r in select schemaname, tablename, policyname from pg_policies where schemaname in ('auth', 'storage', 'realtime') loop
    execute format('drop policy %I on %I.%I', r.policyname, r.schemaname, r.tablename);
  end loop;
  for r in
    select n.nspname from pg_namespace n
    where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'auth', 'storage', 'realtime', 'extensions')
  loop
    execute format('drop schema %I cascade', r.nspname);
  end loop;
end
$$;
create schema public authorization postgres;
`

const TRUNCATE = `
do $$
declare
  r record;
begin
  perform set_config('storage.allow_delete_query', 'true', true);
  for r in
    select schemaname, tablename from pg_tables
    where schemaname in ('auth', 'storage', 'realtime') and tablename !~ 'migrations$'
  loop
    execute format('truncate %I.%I cascade', r.schemaname, r.tablename);
  end loop;
end
$$;
`

/**
 * Leaves the embedded database as bootstrap found it the first time; all data is lost.
 * @param emptyStorage removes the objects with their bytes: while our rules stand, nobody removes a registered paper.
 */
export async function emptyDatabase(
  db: { port: number; password: string },
  emptyStorage: () => Promise<void>,
): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl(db, SUPERUSER) })
  await client.connect()
  try {
    await client.query(`begin; ${DROP} commit;`)
    await emptyStorage()
    await client.query(`begin; ${TRUNCATE} commit;`)
  } finally {
    await client.end()
  }
}
