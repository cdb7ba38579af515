// The rows of a JSON body as a relation whose columns have the types of the table's: Postgres reads the values.
import type { Name, SchemaCache, Table } from '../cache/types.ts'
import { RestError } from '../error.ts'
import { called, representationOf } from './fields.ts'
import type { Payload } from './payload.ts'
import { identifier, literal, type Values } from './quote.ts'
import { shown } from './shown.ts'

/** What the rows are called where they stand. */
export const BODY = 'pgrst_body'

/** A column, or a parameter, whose value is read from the JSON key of its name. */
export interface BodyColumn {
  name: string
  type: string
  /** What makes its type of the JSON value (a data representation). */
  parser: Name | null
  /** What it is where the object has no such key; null where that is null. */
  default: string | null
}

/**
 * The columns of a table that a body gives.
 * @param hasDefaults `Prefer: missing=default`
 * @throws RestError PGRST204 for a key that is no column.
 */
export function columnsOf(
  table: Table,
  keys: readonly string[],
  cache: SchemaCache,
  hasDefaults: boolean,
): BodyColumn[] {
  return keys.map((name) => {
    const column = table.columns.get(name)
    if (!column) {
      throw new RestError(
        400,
        'PGRST204',
        `Could not find the '${shown(name)}' column of '${table.name}' in the schema cache`,
      )
    }
    const { type } = column
    const parser = representationOf(cache, 'json', type)
    return { name, type, parser, default: hasDefaults ? column.default : null }
  })
}

/**
 * The relation {@link BODY}, to stand in a FROM.
 * @param isFirstOnly of several rows the first: a function is called once.
 */
export function rowsOf(
  { content, isObject }: Payload,
  columns: readonly BodyColumn[],
  values: Values,
  isFirstOnly = false,
): string {
  // Of an object without keys one row is made of nothing: its text would be a value that nobody asks for.
  if (columns.length === 0 && isObject) return `(select) ${BODY}`
  const json = values.add(content, 'json')
  if (columns.length === 0) return `(select from pg_catalog.json_array_elements(${json})) ${BODY}`
  const definitions = columns
    .map(({ name, type, parser }) => `${identifier(name)} ${parser ? 'json' : type}`)
    .join(', ')
  const list = isObject ? 'json_to_record' : 'json_to_recordset'
  const limit = isFirstOnly && !isObject ? ' limit 1' : ''
  if (columns.some((column) => column.default !== null)) {
    const elements = isObject ? `(select ${json} as value)` : `pg_catalog.json_array_elements(${json})`
    const read = `pg_catalog.json_to_record(pgrst_element.value) as _(${definitions})`
    return `(select ${columns.map(valueOrDefault).join(', ')} from ${elements} pgrst_element(value), ${read}${limit}) ${BODY}`
  }
  if (columns.some(({ parser }) => parser)) {
    const read = columns.map((column) => `${readOf(column)} as ${identifier(column.name)}`)
    return `(select ${read.join(', ')} from pg_catalog.${list}(${json}) as _(${definitions})${limit}) ${BODY}`
  }
  if (limit) return `(select * from pg_catalog.${list}(${json}) as _(${definitions})${limit}) ${BODY}`
  return `pg_catalog.${list}(${json}) as ${BODY}(${definitions})`
}

const readOf = ({ name, parser }: BodyColumn) => {
  const value = `_.${identifier(name)}`
  return parser ? called(parser, value) : value
}

// A JSON null is given and is no default. The default is evaluated only where it is taken.
const valueOrDefault = (column: BodyColumn) => {
  const name = identifier(column.name)
  if (column.default === null) return `${readOf(column)} as ${name}`
  const isMissing = `(pgrst_element.value -> ${literal(column.name)}) is null`
  return `case when ${isMissing} then (${column.default})::${column.type} else ${readOf(column)} end as ${name}`
}
