import { readFile } from 'node:fs/promises'
import pg from 'pg'

const QUERY = new URL('./catalog.sql', import.meta.url)

// The privileges of an object, those that come with its owner too, in one order.
const ACL = `
  create or replace function pg_temp.acl(acl aclitem[], kind text, owner oid) returns jsonb language sql as $$
    select coalesce(jsonb_agg(x::text order by x::text), '[]')
    from unnest(coalesce(acl, case kind when 'c' then '{}' else acldefault(kind::"char", owner) end)) as x
  $$`

// The tables that a new database has rows in are ours, and the buckets. Evidences tell when and how rows came to be there,
// which is not the same by migrations and by schemas.
const TABLES = `
  select format('%I.%I', nspname, relname) as name, array(
      select attname::text from pg_attribute
      left join pg_attrdef on adrelid = attrelid and adnum = attnum
      where attrelid = c.oid and attnum > 0
        and (attidentity <> '' or pg_get_expr(adbin, adrelid) in ('now()', 'CURRENT_TIMESTAMP'))
    ) as made_by_itself
  from pg_class c join pg_namespace n on n.oid = relnamespace
  where relkind = 'r' and (nspname in ('public', 'privado') or nspname = 'storage' and relname = 'buckets')
    and relname not like 'evidencias%'
  order by 1`

type Facts = Record<string, unknown>

/** What a database is made of: for each thing of it, by its kind and its name, what is true of it. */
export type Catalog = Map<string, Facts>

/**
 * Reads all that migrations make: tables and their columns, constraints, indexes, policies, triggers; functions, types,
 * views, privileges, comments… of every schema, and the rows that a new database has of its own.
 * @param client of any role that may read those rows; its search path is empty afterwards.
 */
export async function readCatalogBy(client: pg.Client): Promise<Catalog> {
  // Definitions name a schema where it is not on the path: with none, always.
  await client.query(`set search_path = ''`)
  await client.query(ACL)
  const objects = await client.query<{ key: string; facts: Facts }>(await readFile(QUERY, 'utf8'))
  const catalog: Catalog = new Map(objects.rows.map(({ key, facts }) => [key, facts]))
  const tables = await client.query<{ name: string; made_by_itself: string[] }>(TABLES)
  for (const { name, made_by_itself } of tables.rows) {
    const { rows } = await client.query<{ row: string }>(
      `select jsonb_strip_nulls(to_jsonb(t) - $1::text[])::text as row from ${name} as t order by 1`,
      [made_by_itself],
    )
    if (rows.length) catalog.set(`rows ${name}`, Object.fromEntries(rows.map(({ row }) => [row, true])))
  }
  return catalog
}

/** The same, of the database at a URL. */
export async function readCatalog(connectionString: string): Promise<Catalog> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return await readCatalogBy(client)
  } finally {
    await client.end()
  }
}

/** A fact that two databases do not share; where one has not the thing at all, the fact is null. */
export interface Difference {
  key: string
  fact: string | null
  /** In the first one and in the second; undefined where there is none. */
  values: [unknown, unknown]
}

const EMPTY: Facts = {}
const PART = /^(?:column|constraint|policy|trigger|rule) (.+)\.[^.]+$/

/** Every fact in which two databases differ, by the names of the things; of a table that one lacks, the table alone. */
export function compareCatalogs(one: Catalog, other: Catalog): Difference[] {
  const found: Difference[] = []
  const isOfOneOnly = (name: string) =>
    ['table', 'view', 'type'].some((kind) => one.has(`${kind} ${name}`) !== other.has(`${kind} ${name}`))
  for (const key of [...new Set([...one.keys(), ...other.keys()])].sort()) {
    const [a, b] = [one.get(key), other.get(key)]
    const whole = PART.exec(key)?.[1]
    if (whole && isOfOneOnly(whole)) continue
    // Of rows it is told which, even where a table has none at all.
    if ((!a || !b) && !key.startsWith('rows ')) {
      found.push({ key, fact: null, values: [a, b] })
      continue
    }
    const [left, right] = [a ?? EMPTY, b ?? EMPTY]
    for (const fact of new Set([...Object.keys(left), ...Object.keys(right)]))
      if (JSON.stringify(left[fact]) !== JSON.stringify(right[fact]))
        found.push({ key, fact, values: [left[fact], right[fact]] })
  }
  return found
}

/** Text of several lines: those that are not shared. */
function tell(value: unknown, other: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value) ?? 'null'
  const known = new Set(String(other).split('\n'))
  const lines = value.split('\n')
  return lines.length > 1 ? lines.filter((line) => !known.has(line)).join('\n      ') : value
}

/**
 * A difference in words.
 * @param names of the two databases, as one speaks of them: `las migraciones`.
 */
export function describe({ key, fact, values: [a, b] }: Difference, names: [string, string]): string {
  if (fact === null || key.startsWith('rows '))
    return `${key}${fact === null ? '' : ` ${fact}`}: solo en ${a ? names[0] : names[1]}`
  return `${key}: ${fact}\n    ${names[0]}: ${tell(a, b)}\n    ${names[1]}: ${tell(b, a)}`
}
