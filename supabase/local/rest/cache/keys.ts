import type { ClientBase } from 'pg'
import type { Name } from './types.ts'

/** A column by its number, as views and constraints know it, and its name. */
export type NumberedColumn = readonly [number, string]

interface Relation extends Name {
  oid: number
}

/** A primary key, a unique constraint or a foreign key: of any schema, for a view may stand on it. */
export interface Key {
  kind: 'p' | 'u' | 'f'
  name: string
  table: Relation
  columns: readonly NumberedColumn[]
  /** Of a foreign key: what it refers to, its columns in the order of `columns`. */
  foreign: Relation | null
  foreignColumns: readonly NumberedColumn[]
}

// A partition's foreign key is its parent's. The primary key of a table that is no one's part, of its parts too.
const KEYS = `
select k.contype as kind, k.conname as name,
  json_build_object('oid', t.oid::bigint, 'schema', tn.nspname, 'name', t.relname) as table,
  (
    select json_agg(json_build_array(a.attnum, a.attname) order by u.place)
    from unnest(k.conkey) with ordinality u (number, place)
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.number
  ) as columns,
  case when f.oid is not null then
    json_build_object('oid', f.oid::bigint, 'schema', fn.nspname, 'name', f.relname)
  end as foreign,
  coalesce((
    select json_agg(json_build_array(a.attnum, a.attname) order by u.place)
    from unnest(k.confkey) with ordinality u (number, place)
    join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.number
  ), '[]') as "foreignColumns"
from pg_constraint k
join pg_class t on t.oid = k.conrelid
join pg_namespace tn on tn.oid = t.relnamespace
left join pg_class f on f.oid = nullif(k.confrelid, 0)
left join pg_namespace fn on fn.oid = f.relnamespace
where k.contype in ('p', 'u') or k.contype = 'f' and k.conparentid = 0
order by k.conrelid, k.conname`

export async function readKeys(client: ClientBase): Promise<Key[]> {
  return (await client.query<Key>(KEYS)).rows
}

/** Its columns by name, which is the order that `Location` says them in. */
export const primaryKeyOf = (key: Key | undefined): string[] =>
  (key?.columns ?? []).map(([, name]) => name).sort()
