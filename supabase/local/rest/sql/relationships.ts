// What an embed means: by the name of a table, a foreign key or a column, and by a hint where there are several.
import { keyOf } from '../cache/names.ts'
import type { Name, Relationship, SchemaCache } from '../cache/types.ts'
import { RestError } from '../error.ts'
import { closest, LOOSE_SCORE, ranked } from './closest.ts'
import { tableOf } from './tables.ts'

export const isToOne = ({ kind, function: called }: Relationship): boolean =>
  kind === 'many-to-one' || kind === 'one-to-one' || called?.isSingle === true

/** Those that start from a table, within its schema. */
function relationshipsOf(cache: SchemaCache, origin: Name): readonly Relationship[] {
  const all = cache.relationships.get(keyOf(origin)) ?? []
  return all.filter(
    ({ table, foreign }) =>
      table.name === origin.name && table.schema === origin.schema && foreign.schema === origin.schema,
  )
}

const single = (columns: Relationship['columns'], side: 0 | 1): string | null =>
  columns.length === 1 ? (columns[0]?.[side] ?? null) : null

/** A table that refers to itself has each key twice: its own name is the many, the column is the one. */
function isSelfMatch(relationship: Relationship, target: string, hint: string | null): boolean {
  const { kind, foreign, columns } = relationship
  if (hint !== null) return target === foreign.name && kind === 'one-to-many' && hint === single(columns, 1)
  return (
    (target === foreign.name && kind === 'one-to-many') ||
    (target === single(columns, 0) && kind === 'many-to-one')
  )
}

function isMatch(
  cache: SchemaCache,
  relationship: Relationship,
  target: string,
  hint: string | null,
): boolean {
  const { kind, foreign, constraint, columns, junction } = relationship
  if (relationship.isSelf) return isSelfMatch(relationship, target, hint)
  const isKey = (name: string) => kind !== 'many-to-many' && name === constraint
  if (hint === null) {
    if (target === foreign.name) return true
    return (isKey(target) || target === single(columns, 0)) && tableOf(cache, foreign)?.isView !== true
  }
  if (target !== foreign.name) return false
  return (
    isKey(hint) || hint === single(columns, 0) || hint === single(columns, 1) || hint === junction?.table.name
  )
}

/**
 * The one relationship that an embed `target!hint` of `origin` names: 400 PGRST200 where there is none, 300 PGRST201
 * where there are several. A computed one of that name stands before all that were found by keys.
 */
export function findRelationship(
  cache: SchemaCache,
  origin: Name,
  target: string,
  hint: string | null,
): Relationship {
  const all = relationshipsOf(cache, origin)
  const computed = all.filter((each) => each.kind === 'computed' && each.function?.name === target)
  const found =
    computed.length > 0
      ? computed
      : all.filter((each) => each.kind !== 'computed' && isMatch(cache, each, target, hint))
  const [first] = found
  if (first === undefined) throw notFound(cache, origin, target, hint, all)
  if (found.length > 1) throw ambiguous(origin, target, found)
  return first
}

function notFound(
  cache: SchemaCache,
  origin: Name,
  target: string,
  hint: string | null,
  all: readonly Relationship[],
): RestError {
  const using = hint === null ? '' : `' using the hint '${hint}`
  return new RestError(
    400,
    'PGRST200',
    `Could not find a relationship between '${origin.name}' and '${target}' in the schema cache`,
    {
      details: `Searched for a foreign key relationship between '${origin.name}' and '${target}${using}' in the schema '${origin.schema}', but no matches were found.`,
      hint: likeOf(cache, origin, target, all),
    },
  )
}

function likeOf(
  cache: SchemaCache,
  origin: Name,
  target: string,
  all: readonly Relationship[],
): string | null {
  const perhaps = (like: string, name: string) => `Perhaps you meant '${like}' instead of '${name}'.`
  if (all.length > 0) {
    const names = all.map(({ foreign }) => foreign.name)
    const like = ranked(target, names, LOOSE_SCORE).find(({ score }) => score < 1)?.candidate
    return like === undefined ? null : perhaps(like, target)
  }
  // It is there and has none: another table is not what was meant.
  if (tableOf(cache, origin)) return null
  const origins = [...cache.relationships.values()].flatMap(([first]) => first?.table ?? [])
  const names = origins.filter(({ schema }) => schema === origin.schema).map(({ name }) => name)
  const like = closest(origin.name, names, LOOSE_SCORE)
  return like === null ? null : perhaps(like, origin.name)
}

function ambiguous(origin: Name, target: string, found: readonly Relationship[]): RestError {
  const hints = found.map((each) => `'${each.foreign.name}!${each.junction?.table.name ?? each.constraint}'`)
  return new RestError(
    300,
    'PGRST201',
    `Could not embed because more than one relationship was found for '${origin.name}' and '${target}'`,
    {
      details: found.map(described),
      hint: `Try changing '${target}' to one of the following: ${hints.join(', ')}. Find the desired relationship in the 'details' key.`,
    },
  )
}

function described({ kind, table, foreign, constraint, columns, junction }: Relationship): object {
  const list = (names: readonly string[]) => `(${names.join(', ')})`
  const sides = (side: 0 | 1) => list(columns.map((pair) => pair[side]))
  const relationship = junction
    ? `${junction.table.name} using ${junction.constraints[0]}${list(junction.source.map(([, name]) => name))} and ` +
      `${junction.constraints[1]}${list(junction.target.map(([name]) => name))}`
    : `${constraint} using ${table.name}${sides(0)} and ${foreign.name}${sides(1)}`
  return { cardinality: kind, embedding: `${table.name} with ${foreign.name}`, relationship }
}
