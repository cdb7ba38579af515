import type { Key, NumberedColumn } from './keys.ts'
import { isSameName, keyOf } from './names.ts'
import type { Name, Relationship, Table } from './types.ts'
import { type View, waysToShow } from './views.ts'

/** A function of a row that gives rows of another table: a relationship that someone wrote. */
export interface ComputedRelationship {
  function: Name
  table: Name
  foreign: Name
  isSingle: boolean
}

const flat = ({ schema, name }: Name): Name => ({ schema, name })

function group<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of all) {
    const key = keyOf(one)
    const others = groups.get(key)
    if (others) others.push(one)
    else groups.set(key, [one])
  }
  return groups
}

/** By table, what shows its columns: itself, and each view that has them all, once for each way. */
function openHolders(views: readonly View[], isExposed: (name: Name) => boolean) {
  const byTable = new Map<number, View[]>()
  for (const view of views.filter(isExposed))
    for (const table of view.tables) byTable.set(table, [...(byTable.get(table) ?? []), view])

  return (table: Name & { oid: number }, columns: readonly NumberedColumn[]) => {
    const own = { name: flat(table), columns: columns.map(([, name]) => name) }
    const ofViews = (byTable.get(table.oid) ?? []).flatMap((view) =>
      waysToShow(view, table.oid, columns).map((shown) => ({ name: flat(view), columns: shown })),
    )
    return isExposed(table) ? [own, ...ofViews] : ofViews
  }
}

/** From what holds a foreign key to what it refers to; to one, where a unique key has exactly its columns. */
function forwards(keys: readonly Key[], views: readonly View[], isExposed: (name: Name) => boolean) {
  const holders = openHolders(views, isExposed)
  const setOf = ({ table, columns }: Key) => `${table.oid}:${columns.map(([number]) => number).sort()}`
  const unique = new Set(keys.filter(({ kind }) => kind !== 'f').map(setOf))
  return keys.flatMap((key): Relationship[] => {
    if (!key.foreign) return []
    const isOneToOne = unique.has(setOf(key))
    const targets = holders(key.foreign, key.foreignColumns)
    return holders(key.table, key.columns).flatMap((from) =>
      targets.map((to) => ({
        kind: isOneToOne ? 'one-to-one' : 'many-to-one',
        table: from.name,
        foreign: to.name,
        constraint: key.name,
        columns: from.columns.map((column, i) => [column, to.columns[i]!] as const),
        isParent: isOneToOne,
        isSelf: isSameName(from.name, to.name),
      })),
    )
  })
}

const turned = (columns: Relationship['columns']) => columns.map(([a, b]) => [b, a] as const)

const backwards = (all: readonly Relationship[]): Relationship[] =>
  all.map(({ kind, table, foreign, columns, ...rest }) => ({
    ...rest,
    kind: kind === 'one-to-one' ? kind : 'one-to-many',
    table: foreign,
    foreign: table,
    columns: turned(columns),
    isParent: false,
  }))

/** Through a table whose primary key holds the columns of both its references. */
function throughJunctions(all: readonly Relationship[], tables: ReadonlyMap<string, Table>): Relationship[] {
  const references = all.filter(({ kind }) => kind === 'many-to-one')
  return [...group(references, ({ table }) => keyOf(table))].flatMap(([junction, some]) => {
    const primaryKey = new Set(tables.get(junction)?.primaryKey)
    const whole = some.filter(({ columns }) => columns.every(([column]) => primaryKey.has(column)))
    return whole.flatMap((a) =>
      whole.flatMap((b): Relationship[] => {
        if (a.constraint === b.constraint) return []
        return [
          {
            kind: 'many-to-many',
            table: a.foreign,
            foreign: b.foreign,
            constraint: '',
            columns: [],
            isParent: false,
            isSelf: isSameName(a.foreign, b.foreign),
            junction: {
              table: a.table,
              constraints: [a.constraint, b.constraint],
              source: turned(a.columns),
              target: b.columns,
            },
          },
        ]
      }),
    )
  })
}

const asWritten = ({ function: name, table, foreign, isSingle }: ComputedRelationship): Relationship => ({
  kind: 'computed',
  table,
  foreign,
  constraint: name.name,
  columns: [],
  isParent: false,
  isSelf: isSameName(table, foreign),
  function: { ...name, isSingle },
})

const KINDS = ['one-to-many', 'many-to-one', 'one-to-one', 'many-to-many', 'computed']

/** PostgREST's order, in which it lists those that a name may mean. */
function inOrder(a: Relationship, b: Relationship): number {
  const rank = (one: Relationship) =>
    one.kind === 'computed' ? ['1', one.constraint] : ['0', one.foreign.name, one.isSelf ? '1' : '0']
  const rest = (one: Relationship) => [
    String(KINDS.indexOf(one.kind)),
    ...(one.junction ? [keyOf(one.junction.table), ...one.junction.constraints] : [one.constraint]),
    JSON.stringify(one.junction?.source ?? one.columns),
  ]
  const [left, right] = [
    [...rank(a), ...rest(a)],
    [...rank(b), ...rest(b)],
  ]
  const i = left.findIndex((part, place) => part !== right[place])
  return i < 0 ? 0 : left[i]! < (right[i] ?? '') ? -1 : 1
}

/**
 * By what they start from: those of foreign keys in both directions, of views that show the columns of such a key,
 * through junctions, and those that someone wrote, which stand in place of others of their name. Both ends are of the
 * same schema, as a request is.
 */
export function relationshipsOf(
  schemas: readonly string[],
  known: {
    keys: readonly Key[]
    views: readonly View[]
    tables: ReadonlyMap<string, Table>
    computed: readonly ComputedRelationship[]
  },
): Map<string, Relationship[]> {
  const isExposed = ({ schema }: Name) => schemas.includes(schema)
  const direct = forwards(known.keys, known.views, isExposed)
  const computed = known.computed.filter(
    ({ function: { schema }, table, foreign }) =>
      schema === table.schema && isExposed(table) && isExposed(foreign),
  )
  const written = new Set(computed.map(({ table, function: name }) => `${keyOf(table)} ${keyOf(name)}`))
  const found = [...direct, ...backwards(direct), ...throughJunctions(direct, known.tables)].filter(
    ({ table, foreign }) =>
      table.schema === foreign.schema && !written.has(`${keyOf(table)} ${keyOf(foreign)}`),
  )
  const groups = group([...found, ...computed.map(asWritten)], ({ table }) => keyOf(table))
  for (const some of groups.values()) some.sort(inOrder)
  return groups
}
