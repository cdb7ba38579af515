import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { databaseUrl } from '../../supabase/local/postgres/bootstrap.ts'
import { migrate } from '../../supabase/local/postgres/migrate.ts'
import { withTemporaryCluster } from '../../supabase/local/postgres/temporary.ts'

/** Everything our migrations make, as text: two equal schemas give the same lines. */
const SCHEMA = `
  with ours as (select oid, nspname from pg_namespace where nspname in ('public', 'privado'))
  select linea from (
    select format('column %s.%s %s %s %s %s', a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod),
      a.attnotnull, a.attidentity, pg_get_expr(d.adbin, d.adrelid)) as linea
    from pg_class c join ours on ours.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum where c.relkind = 'r'
    union all select format('table %s %s %s %s', c.oid::regclass, c.relrowsecurity, c.relacl, obj_description(c.oid, 'pg_class'))
    from pg_class c join ours on ours.oid = c.relnamespace where c.relkind in ('r', 'S', 'v')
    union all select format('column acl %s.%s %s', a.attrelid::regclass, a.attname, a.attacl)
    from pg_class c join ours on ours.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid where a.attacl is not null
    union all select format('constraint %s %s %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid))
    from pg_constraint k join ours on ours.oid = k.connamespace
    union all select pg_get_indexdef(i.indexrelid)
    from pg_index i join pg_class c on c.oid = i.indexrelid join ours on ours.oid = c.relnamespace
    union all select format('policy %s.%s %s %s %s %s %s', schemaname, tablename, policyname, cmd, roles, qual, with_check)
    from pg_policies where schemaname in ('public', 'storage')
    union all select pg_get_triggerdef(t.oid)
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join ours on ours.oid = c.relnamespace where not t.tgisinternal
    union all select format('%s %s %s', pg_get_functiondef(p.oid), p.proacl, obj_description(p.oid, 'pg_proc'))
    from pg_proc p join ours on ours.oid = p.pronamespace
    union all select format('schema %s', nspname) from ours
    union all select format('bucket %s %s %s %s', id, public, file_size_limit, allowed_mime_types) from storage.buckets
  ) as lineas order by linea`

async function schemaOf(connectionString: string): Promise<string[]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return (await client.query<{ linea: string }>(SCHEMA)).rows.map((row) => row.linea)
  } finally {
    await client.end()
  }
}

// Other tests make buckets and policies of their own on the shared stack, all named so.
const isOfATest = (line: string) => /prueba[-_]/.test(line)

test('dos veces desde cero dan el mismo esquema, el que está sirviendo', async () => {
  await withTemporaryCluster(async (db) => {
    const urlOf = (name: string) => databaseUrl(db, 'postgres').replace(/\/postgres$/, `/${name}`)
    const client = new pg.Client({ connectionString: databaseUrl(db, 'postgres') })
    await client.connect()
    for (const name of ['una', 'otra']) await client.query(`create database ${name} template postgres`)
    await client.end()

    const first = await migrate(urlOf('una'))
    expect(await migrate(urlOf('otra'))).toEqual(first)
    expect(await migrate(urlOf('una'))).toEqual([])
    const schema = await schemaOf(urlOf('una'))
    expect(schema.length).toBeGreaterThan(150)
    expect(await schemaOf(urlOf('otra'))).toEqual(schema)
    const serving = await schemaOf(inject('stack').databaseUrl)
    expect(serving.filter((line) => !isOfATest(line))).toEqual(schema)
  })
})
