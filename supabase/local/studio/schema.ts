import pg from 'pg'

const PATIENCE_MS = 5000

// In the names that the page reads. It edits what is no identity, and finds a row by its primary key.
const QUERY = `
  with shown as (
    select c.oid, n.nspname as schema, c.relname as name, c.relkind in ('v', 'm') as is_view
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any ($1) and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
  )
  select
    (select json_agg(json_build_object('name', name, 'schema', schema,
        'type', case when is_view then 'view' else 'table' end) order by schema, name) from shown) as tables,
    (select json_agg(json_build_object('table', s.name, 'schema', s.schema, 'name', a.attname,
        'type', format_type(a.atttypid, a.atttypmod), 'nullable', not a.attnotnull,
        'is_identity', a.attidentity <> '', 'default_value', pg_get_expr(d.adbin, d.adrelid))
        order by s.schema, s.name, a.attnum)
      from shown s
      join pg_attribute a on a.attrelid = s.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on (d.adrelid, d.adnum) = (a.attrelid, a.attnum)) as columns,
    (select json_agg(json_build_object('table', s.name, 'schema', s.schema, 'columns', (
        select json_agg(a.attname order by place) from unnest(i.indkey) with ordinality as k (number, place)
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number)))
      from shown s join pg_index i on i.indrelid = s.oid and i.indisprimary) as primary_keys`

/**
 * What the page of Studio reads of the schema: tables and views, their columns and their primary keys.
 * @param ownerUrl of the owner of the tables.
 * @param schemas that the gateway serves; of others nothing is told.
 */
export async function describeSchema(
  ownerUrl: string,
  schemas: string[],
): Promise<Record<string, unknown[]>> {
  const client = new pg.Client({
    connectionString: ownerUrl,
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
  })
  client.on('error', () => {})
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, unknown[] | null>>(QUERY, [schemas])
    return Object.fromEntries(Object.entries(rows[0]!).map(([name, part]) => [name, part ?? []]))
  } finally {
    await client.end().catch(() => {})
  }
}
