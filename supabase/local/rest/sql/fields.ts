// A column of a request as SQL: with its JSON path, its cast, and the functions that a type is read and compared by.

import type { Column, Name, SchemaCache, Table } from '../cache/types.ts'
import { RestError } from '../error.ts'
import type { Field } from '../request/types.ts'
import { identifier, literal, qualified } from './quote.ts'

/** What a field belongs to. */
export interface Source {
  /** As SQL: what stands before the dot. */
  alias: string
  /** null where nobody knows its columns: what a function returns. */
  table: Table | null
}

export const columnOf = ({ table }: Source, name: string): Column | null => table?.columns.get(name) ?? null

/** The function that makes `target` of `source`; of a type `json` or `text`, or of a domain. */
export function representationOf(cache: SchemaCache, source: string, target: string): Name | null {
  const found = cache.representations.find((each) => each.source === source && each.target === target)
  return found?.function ?? null
}

/** What a column's type is made from when a client writes it in a query string. */
export function parserOf(cache: SchemaCache, source: Source, field: Field): Name | null {
  const column = columnOf(source, field.name)
  return column && field.path.length === 0 ? representationOf(cache, 'text', column.type) : null
}

/** What a column is shown by. */
export function formatterOf(cache: SchemaCache, column: Column | null): Name | null {
  return column && representationOf(cache, column.type, 'json')
}

export const called = (name: Name, argument: string): string => `${qualified(name)}(${argument})`

/** `"t"."col"`, or `"t"."col"->'a'->>'b'`. */
export function fieldSql(field: Field, source: Source): string {
  const column = `${source.alias}.${identifier(field.name)}`
  if (field.path.length === 0) return column
  const type = columnOf(source, field.name)?.type
  // An index on a json expression serves only where the column stands bare.
  const json = type === 'json' || type === 'jsonb' ? column : `to_jsonb(${column})`
  const path = field.path.map(({ arrow, key }) =>
    typeof key === 'number' ? `${arrow}${literal(String(key))}::int` : `${arrow}${literal(key)}`,
  )
  return json + path.join('')
}

// Words, a length, words, brackets: `character varying(3)`, `timestamp(3) with time zone`, `public.my_type[]`.
const TYPE =
  /^[\p{L}_][\p{L}\p{N}_$]*([. ][\p{L}_][\p{L}\p{N}_$]*)*(\(\d+(, ?-?\d+)?\))?( [\p{L}_]+)*(\[\])*$/u

/**
 * `CAST(x AS type)`. A type cannot be quoted, `"bigint"` is none, so that what is not written like one is refused here;
 * whether there is such a type is Postgres' to say.
 */
export function castSql(sql: string, type: string | null): string {
  if (type === null) return sql
  if (!TYPE.test(type) || type.length > 200) {
    throw new RestError(400, '42704', `type "${type}" does not exist`)
  }
  return `CAST(${sql} AS ${type})`
}

/** The key that a field has in the answer: its alias, or what its path ends with, or its name. */
export function keyOfField(field: Field): string {
  const last = field.path.findLast(({ key }) => typeof key === 'string')
  return last === undefined ? field.name : String(last.key)
}
