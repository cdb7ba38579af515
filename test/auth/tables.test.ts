import { readFile } from 'node:fs/promises'
import { expect, inject, test } from 'vitest'
import { query } from '../support/sql.ts'

/**
 * What the migrations of supabase/auth leave of schema auth (up to 20260625000000), a line for each fact. Made by
 * running them on an empty cluster and asking its catalog the same questions as here.
 */
const GOTRUE = new URL('./gotrue-tables.txt', import.meta.url)

const FACTS = {
  columns: `
    select format('column %s.%s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod))
      || case when a.attnotnull then ' not null' else '' end
      || case when a.attgenerated = 's' then ' generated' else '' end
      || coalesce(' = ' || pg_get_expr(d.adbin, d.adrelid), '')
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relnamespace = 'auth'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped`,
  constraints: `
    select format('constraint %s %s %s', c.relname, k.conname, pg_get_constraintdef(k.oid))
    from pg_constraint k join pg_class c on c.oid = k.conrelid
    where k.connamespace = 'auth'::regnamespace and k.contype <> 'n'`,
  indexes: `
    select regexp_replace(regexp_replace(indexdef, '^CREATE UNIQUE INDEX', 'index unique'), '^CREATE INDEX', 'index')
    from pg_indexes where schemaname = 'auth'`,
  enums: `
    select format('enum %s %s', t.typname, string_agg(e.enumlabel, ',' order by e.enumsortorder))
    from pg_type t join pg_enum e on e.enumtypid = t.oid
    where t.typnamespace = 'auth'::regnamespace group by t.typname`,
  migrations: `select 'migration ' || version from auth.schema_migrations`,
}

test.each(Object.entries(FACTS))('las tablas de auth son las de GoTrue: %s', async (kind, text) => {
  const word = { indexes: 'index' }[kind] ?? kind.replace(/s$/, '')
  const expected = (await readFile(GOTRUE, 'utf8')).split('\n').filter((line) => line.startsWith(`${word} `))
  const rows = await query<{ fact: string }>(
    inject('stack').databaseUrl,
    `select fact from (${text}) as facts (fact)`,
  )
  const facts = rows.map(({ fact }) => fact.replace(/\s+/g, ' ')).sort()
  expect(expected.length).toBeGreaterThan(5)
  expect(facts).toEqual(expected.sort())
})

test('son de supabase_auth_admin, y quien usa la API no lee ninguna', async () => {
  const rows = await query(
    inject('stack').databaseUrl,
    `select c.relname, pg_get_userbyid(c.relowner) as owner, r.role
     from pg_class c cross join unnest(array['anon', 'authenticated', 'service_role']) as r (role)
     where c.relnamespace = 'auth'::regnamespace and c.relkind = 'r'
       and (pg_get_userbyid(c.relowner) <> 'supabase_auth_admin' or has_table_privilege(r.role, c.oid, 'select'))`,
  )
  expect(rows).toEqual([])
})
