import type { Column, Parameter, Relationship, Routine, Table } from '../../cache/types.ts'

export type Json = Record<string, unknown>

/** JSON keeps the digits of what it is given as text: a default of a numeric is one. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown }

const TYPES: Readonly<Record<string, string | undefined>> = {
  boolean: 'boolean',
  smallint: 'integer',
  integer: 'integer',
  bigint: 'integer',
  numeric: 'number',
  real: 'number',
  'double precision': 'number',
  // Anything.
  json: undefined,
  jsonb: undefined,
}
const FORMATS: Readonly<Record<string, string>> = { smallint: 'int32', integer: 'int32', bigint: 'int64' }

export const elementOf = (type: string): string | null => (type.endsWith('[]') ? type.slice(0, -2) : null)

/** Swagger's type of one of Postgres; undefined where it may be any. */
export function typeOf(type: string): string | undefined {
  if (Object.hasOwn(TYPES, type)) return TYPES[type]
  return elementOf(type) === null ? 'string' : 'array'
}

export const formatOf = (type: string): string => FORMATS[type] ?? type

/** A type in a body: an array says what it is of. */
function shapeOf(type: string): Json {
  const element = elementOf(type)
  return {
    type: typeOf(type),
    format: formatOf(type),
    items: element === null ? undefined : { type: typeOf(element) },
  }
}

/** A default that is a value; one that is calculated only where it may stand for a text, as PostgREST shows it. */
function defaultOf({ baseType: type, default: sql }: Column): unknown {
  if (sql === null) return undefined
  const cast = `::${type}`
  if (typeOf(type) === 'string')
    return sql.endsWith(cast) ? sql.slice(0, -cast.length).replace(/^'+|'+$/g, '') : sql
  try {
    return rawJSON(sql)
  } catch {
    return undefined
  }
}

/** PostgREST's marks of keys, which generators of clients read out of the description. */
function notesOf({ name }: Column, table: Table, references: readonly Relationship[]): string[] {
  const reference = references.find(({ columns }) => columns.length === 1 && columns[0]![0] === name)
  const notes = table.primaryKey.includes(name) ? ['This is a Primary Key.<pk/>'] : []
  if (reference) {
    const [to, column] = [reference.foreign.name, reference.columns[0]![1]]
    notes.push(`This is a Foreign Key to \`${to}.${column}\`.<fk table='${to}' column='${column}'/>`)
  }
  return notes
}

function propertyOf(column: Column, table: Table, references: readonly Relationship[]): Json {
  const notes = notesOf(column, table, references)
  const description = [column.comment, notes.length > 0 ? ['Note:', ...notes].join('\n') : null]
  return {
    ...shapeOf(column.baseType),
    default: defaultOf(column),
    description: description.filter((part) => part !== null).join('\n\n') || undefined,
    enum: column.values.length > 0 ? column.values : undefined,
    maxLength: column.maxLength ?? undefined,
  }
}

const nonEmpty = <T>(all: readonly T[]) => (all.length > 0 ? all : undefined)
const objectOf = (all: readonly (readonly [string, unknown])[]) =>
  all.length > 0 ? Object.fromEntries(all) : undefined

/** @param references its foreign keys; of several for a column the first is told. */
export function tableSchema(table: Table, references: readonly Relationship[]): Json {
  const columns = [...table.columns.values()]
  return {
    type: 'object',
    description: table.comment ?? undefined,
    required: nonEmpty(columns.filter(({ isNullable }) => !isNullable).map(({ name }) => name)),
    properties: objectOf(columns.map((column) => [column.name, propertyOf(column, table, references)])),
  }
}

/** What is posted to a function. */
export function argumentsSchema({ comment, parameters }: Routine): Json {
  return {
    type: 'object',
    description: comment ?? undefined,
    required: nonEmpty(parameters.filter(({ isRequired }) => isRequired).map(({ name }) => name)),
    properties: objectOf(parameters.map(({ name, type }) => [name, shapeOf(type)])),
  }
}

/** A parameter in the query string: an array is written `{a,b}`, but a variadic one is said once for each. */
export function queryParameter({ name, type, isRequired, isVariadic }: Parameter): Json {
  const common = { name, required: isRequired, in: 'query' }
  const element = elementOf(type)
  if (!isVariadic || element === null) {
    const shown = typeOf(type) ?? 'string'
    return { ...common, type: shown === 'array' ? 'string' : shown, format: formatOf(type) }
  }
  return {
    ...common,
    type: 'array',
    items: { type: typeOf(element), format: formatOf(element) },
    collectionFormat: 'multi',
  }
}
