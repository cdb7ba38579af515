// Filters as SQL: a value is always a parameter, of the type that Postgres infers from what it is compared with.

import type { SchemaCache } from '../cache/types.ts'
import { RestError } from '../error.ts'
import type { Condition, Operator } from '../request/types.ts'
import { called, columnOf, fieldSql, parserOf, type Source } from './fields.ts'
import { arrayText, type Values } from './quote.ts'

type Filter = Extract<Condition, { kind: 'filter' }>

const SYMBOLS: Partial<Record<Operator, string>> = {
  eq: '=',
  neq: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
  like: 'LIKE',
  ilike: 'ILIKE',
  match: '~',
  imatch: '~*',
  isdistinct: 'IS DISTINCT FROM',
  cs: '@>',
  cd: '<@',
  ov: '&&',
  sl: '<<',
  sr: '>>',
  nxr: '&<',
  nxl: '&>',
  adj: '-|-',
}

const SEARCHES: Partial<Record<Operator, string>> = {
  fts: 'to_tsquery',
  plfts: 'plainto_tsquery',
  phfts: 'phraseto_tsquery',
  wfts: 'websearch_to_tsquery',
}

const STATES: Record<string, string> = {
  null: 'NULL',
  not_null: 'NOT NULL',
  true: 'TRUE',
  false: 'FALSE',
  unknown: 'UNKNOWN',
}

/** What else a filter may mean where it stands: SQL, or null for what it says. */
export type Special = (filter: Filter) => string | null

/** A condition over the rows of `source`. */
export function conditionSql(
  condition: Condition,
  source: Source,
  cache: SchemaCache,
  values: Values,
  special: Special = () => null,
): string {
  if (condition.kind === 'filter') {
    return special(condition) ?? filterSql(condition, source, cache, values)
  }
  const parts = condition.conditions.map((each) => conditionSql(each, source, cache, values, special))
  const joined = `(${parts.join(condition.kind === 'and' ? ' AND ' : ' OR ')})`
  return condition.isNegated ? `NOT ${joined}` : joined
}

function filterSql(filter: Filter, source: Source, cache: SchemaCache, values: Values): string {
  const sql = comparison(filter, source, cache, values)
  return filter.isNegated ? `NOT (${sql})` : sql
}

function comparison(filter: Filter, source: Source, cache: SchemaCache, values: Values): string {
  const { operator, value } = filter
  const field = fieldSql(filter.field, source)
  if (operator === 'is') return `${field} IS ${stateOf(value)}`
  const search = SEARCHES[operator]
  if (search !== undefined) return searchSql(filter, search, field, source, values)

  const isPattern = operator === 'like' || operator === 'ilike'
  const parser = isPattern ? null : parserOf(cache, source, filter.field)
  const given = isPattern ? withPercents(value) : value
  if (operator === 'in') return `${field} = ANY(${severalSql(elementsOf(given), parser, values)})`
  const symbol = SYMBOLS[operator]
  if (symbol === undefined) throw new RestError(400, 'PGRST100', `unknown operator "${operator}"`)
  if (filter.quantifier !== null) {
    const all = typeof given === 'string' ? given : arrayText(given)
    return `${field} ${symbol} ${filter.quantifier.toUpperCase()}(${severalSql(all, parser, values)})`
  }
  const one = typeof given === 'string' ? given : arrayText(given)
  return `${field} ${symbol} ${parser ? called(parser, values.add(one, 'text')) : values.add(one)}`
}

function stateOf(value: Filter['value']): string {
  const state = typeof value === 'string' ? STATES[value.toLowerCase()] : undefined
  if (state === undefined) throw new RestError(400, 'PGRST100', `"is" takes no "${String(value)}"`)
  return state
}

/** `in.()` is a list of one empty text, and nothing is in it. */
function elementsOf(value: Filter['value']): string {
  const list = typeof value === 'string' ? [value] : value
  return list.length === 1 && list[0] === '' ? '{}' : arrayText(list)
}

const severalSql = (array: string, parser: ReturnType<typeof parserOf>, values: Values): string =>
  parser ? `SELECT ${called(parser, `unnest(${values.add(array, 'text[]')})`)}` : values.add(array)

const withPercents = (value: Filter['value']): Filter['value'] =>
  typeof value === 'string' ? value.replaceAll('*', '%') : value.map((each) => each.replaceAll('*', '%'))

function searchSql(
  { field, language, value }: Filter,
  search: string,
  sql: string,
  source: Source,
  values: Values,
): string {
  const column = columnOf(source, field.name)
  const of = (name: string, argument: string) =>
    language === null ? `${name}(${argument})` : `${name}(${values.add(language, 'regconfig')}, ${argument})`
  // What nobody knows is taken for a tsvector, as what is one.
  const vector = column && column.baseType !== 'tsvector' ? of('to_tsvector', sql) : sql
  return `${vector} @@ ${of(search, values.add(String(value)))}`
}
