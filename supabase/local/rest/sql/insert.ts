import type { SchemaCache, Table } from '../cache/types.ts'
import { RestError } from '../error.ts'
import type { Condition, RestRequest } from '../request/types.ts'
import { conditionSql } from './conditions.ts'
import { payloadOf } from './payload.ts'
import { identifier, qualified, type Values } from './quote.ts'
import { BODY, type BodyColumn, columnsOf, rowsOf } from './rows.ts'

/**
 * How many rows are new is counted in a setting of the transaction: one more for each that is to be inserted, one
 * less for each that was there. What PostgreSQL tells of a row (xmax) a role with grants by column may not read.
 */
export const INSERTED = `nullif(pg_catalog.current_setting('pgrst.inserted', true), '')::int`
const counting = (by: '+ 1' | '- 1') =>
  `pg_catalog.set_config('pgrst.inserted', (coalesce(${INSERTED}, 0) ${by})::text, true) is not null`

/** POST: one row or many, and upserts by `Prefer: resolution`. */
export function insertSql(request: RestRequest, table: Table, cache: SchemaCache, values: Values): string {
  const payload = payloadOf(request)
  const columns = columnsOf(table, payload.keys, cache, request.preferences.missing === 'default')
  const rows = rowsOf(payload, columns, values)
  const { resolution } = request.preferences
  const key = request.query.onConflict ?? table.primaryKey
  const insert = inserting(table, columns, rows)
  if (resolution === null) return insert
  if (resolution === 'ignore-duplicates') return key.length > 0 ? `${insert} ${onConflict(key, [])}` : insert
  const counted = `${insert} where ${counting('+ 1')}`
  // Without a key nothing is a duplicate.
  return key.length > 0 ? `${counted} ${onConflict(key, columns)}` : counted
}

/**
 * PUT: one row, told by all of its primary key, in the query as in the body: of another key nothing is inserted, and
 * whoever runs the statement sees it by the number of rows.
 * @throws RestError PGRST105 where the filters are not just that.
 */
export function putSql(request: RestRequest, table: Table, cache: SchemaCache, values: Values): string {
  const filters = keyFilters(request, table)
  const payload = payloadOf(request)
  const columns = columnsOf(table, payload.keys, cache, false)
  const rows = rowsOf(payload, columns, values)
  const source = { alias: BODY, table }
  const conditions = filters.map((filter) => conditionSql(filter, source, cache, values))
  const where = [...conditions, counting('+ 1')].join(' and ')
  return `${inserting(table, columns, rows)} where ${where} ${onConflict(table.primaryKey, columns)}`
}

function keyFilters({ query }: RestRequest, { primaryKey }: Table): Condition[] {
  const conditions = query.filters.filter(({ path }) => path.length === 0).map(({ condition }) => condition)
  const names = new Set(conditions.map((condition) => (isEquality(condition) ? condition.field.name : null)))
  const isKey =
    primaryKey.length > 0 && names.size === primaryKey.length && primaryKey.every((name) => names.has(name))
  if (isKey) return conditions
  const message = "Filters must include all and only primary key columns with 'eq' operators"
  throw new RestError(405, 'PGRST105', message)
}

const isEquality = (condition: Condition): condition is Extract<Condition, { kind: 'filter' }> =>
  condition.kind === 'filter' &&
  condition.operator === 'eq' &&
  !condition.isNegated &&
  condition.quantifier === null

function inserting(table: Table, columns: readonly BodyColumn[], rows: string): string {
  const names = columns.map(({ name }) => identifier(name))
  const into = names.length > 0 ? `${qualified(table)}(${names.join(', ')})` : qualified(table)
  return `insert into ${into} select ${names.map((name) => `${BODY}.${name}`).join(', ')} from ${rows}`
}

function onConflict(keys: readonly string[], columns: readonly BodyColumn[]): string {
  const target = `on conflict (${keys.map(identifier).join(', ')})`
  if (columns.length === 0) return `${target} do nothing`
  const changes = columns.map(({ name }) => `${identifier(name)} = excluded.${identifier(name)}`)
  return `${target} do update set ${changes.join(', ')} where ${counting('- 1')}`
}
