import type { ClientBase } from 'pg'
import type { Key, NumberedColumn } from './keys.ts'
import type { Name } from './types.ts'

/** A view, and what columns of tables it shows as they are. */
export interface View extends Name {
  oid: number
  /** By `oid.number` of a table's column: the view's columns that show it, in their order. */
  shown: ReadonlyMap<string, readonly string[]>
  /** Of all those columns. */
  tables: ReadonlySet<number>
}

interface Row extends Name {
  oid: number
  columns: Record<string, string>
  rule: string
}

export interface Origin {
  /** Number of the view's column. */
  column: number
  /** The table or view that it comes from, and the number of the column there. */
  table: number
  number: number
}

const VIEWS = `
select c.oid, n.nspname as schema, c.relname as name, r.ev_action::text as rule,
  (
    select json_object_agg(a.attnum, a.attname)
    from pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  ) as columns
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_rewrite r on r.ev_class = c.oid and r.rulename = '_RETURN'
where c.relkind in ('v', 'm') and n.nspname = any($1)`

// Postgres' own text of a query: braces are nodes, and what a name has of braces and blanks has a backslash before it.
const NODES = /\\.|[{}]| :(targetList|resno|resorigtbl|resorigcol) (\d*)/gs

/**
 * Where the columns of a view come from, read from its rule.
 * @param rule pg_rewrite.ev_action as text.
 */
export function originsOf(rule: string): Origin[] {
  const found: Origin[] = []
  let depth = 0
  let isInTargets = false
  let column = 0
  let table = 0
  for (const [token, field, number] of rule.matchAll(NODES)) {
    if (token === '{') depth++
    else if (token === '}') {
      // The columns come one after the other in the outermost query; what follows them has none.
      if (--depth === 0) break
    } else if (field === 'targetList') isInTargets ||= depth === 1
    else if (!field || !isInTargets || depth !== 2) continue
    else if (field === 'resno') column = Number(number)
    else if (field === 'resorigtbl') table = Number(number)
    else if (table) found.push({ column, table, number: Number(number) })
  }
  return found
}

/** The views of the schemas, and through them those that they select from. */
export async function readViews(client: ClientBase, schemas: readonly string[]): Promise<View[]> {
  const { rows } = await client.query<Row>(VIEWS, [schemas])
  const origins = new Map(rows.map(({ oid, rule }) => [oid, originsOf(rule)]))

  function follow(origin: Origin, seen: readonly number[] = []): Origin | undefined {
    const below = origins.get(origin.table)
    if (!below) return origin
    if (seen.includes(origin.table)) return undefined
    const next = below.find(({ column }) => column === origin.number)
    return next && follow(next, [...seen, origin.table])
  }

  return rows.map(({ oid, schema, name, columns }) => {
    const shown = new Map<string, string[]>()
    const tables = new Set<number>()
    for (const origin of origins.get(oid)!) {
      const end = follow(origin)
      const column = columns[origin.column]
      if (!end || column === undefined) continue
      const key = `${end.table}.${end.number}`
      shown.set(key, [...(shown.get(key) ?? []), column])
      tables.add(end.table)
    }
    return { oid, schema, name, shown, tables }
  })
}

/** Every way in which a view shows all those columns of a table; a column that it has twice makes two of them. */
export function waysToShow(view: View, table: number, columns: readonly NumberedColumn[]): string[][] {
  return columns.reduce<string[][]>(
    (ways, [number]) =>
      ways.flatMap((way) => (view.shown.get(`${table}.${number}`) ?? []).map((name) => [...way, name])),
    [[]],
  )
}

/** Of each table whose primary key it shows whole; of a column that it has twice, the first. */
export function primaryKeyOfView(view: View, primaryKeys: ReadonlyMap<number, Key>): string[] {
  return [...view.tables].flatMap((table) => {
    const key = primaryKeys.get(table)
    return key ? (waysToShow(view, table, key.columns)[0] ?? []) : []
  })
}
