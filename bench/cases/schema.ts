import pg from 'pg'
import { readSchemaCache } from '../../supabase/local/rest/cache/read.ts'
import { type Case, inMs } from '../lib/case.ts'
import { latency } from '../lib/measure.ts'

const TABLES = 500
const READS = 9
const SCHEMA = 'bench_esquema'

// Each has ten columns and refers to the one before it and to the first.
const MAKE = `do $$
begin
  for n in 1..${TABLES} loop
    execute format('create table ${SCHEMA}.t%s (id bigint generated always as identity primary key,
      antes bigint references ${SCHEMA}.t%s, primera bigint references ${SCHEMA}.t1, codigo text not null unique,
      a numeric, b jsonb, c timestamptz default now(), d text[], e boolean, f date)', n, greatest(n - 1, 1));
  end loop;
end
$$`

/** What REST reads of a schema, when it starts and after each DDL. */
export const schema: Case = async ({ small }) => {
  const client = new pg.Client({ connectionString: small.running.stack.databaseUrl })
  await client.connect()
  try {
    await client.query(`create schema ${SCHEMA}`)
    await client.query(MAKE)
    const exposed = { schemas: [SCHEMA], searchPath: ['public', 'extensions'] }
    const taken = await latency(READS, async () => {
      const { tables } = await readSchemaCache(client, exposed)
      if (tables.size < TABLES) throw new Error(`Read ${tables.size} tables`)
    })
    return [
      {
        what: `A schema of ${TABLES} tables, with two references each, read by REST`,
        a: inMs(taken),
        b: '',
        value: taken,
        unit: ' ms',
        target: { atMost: 1000 },
      },
    ]
  } finally {
    await client.query(`drop schema if exists ${SCHEMA} cascade`)
    await client.end()
  }
}
