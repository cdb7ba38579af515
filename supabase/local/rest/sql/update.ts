import type { SchemaCache, Table } from '../cache/types.ts'
import type { RestRequest } from '../request/types.ts'
import { conditionSql } from './conditions.ts'
import { orderOf } from './orders.ts'
import { payloadOf } from './payload.ts'
import { identifier, qualified, type Values } from './quote.ts'
import { BODY, columnsOf, rowsOf } from './rows.ts'

/** PATCH. An object without keys changes no row. */
export function updateSql(
  request: RestRequest,
  table: Table,
  cache: SchemaCache,
  values: Values,
): string | null {
  const payload = payloadOf(request)
  const columns = columnsOf(table, payload.keys, cache, request.preferences.missing === 'default')
  if (columns.length === 0) return null
  const changes = columns.map(({ name }) => `${identifier(name)} = ${BODY}.${identifier(name)}`)
  const rows = rowsOf(payload, columns, values)
  return `update ${qualified(table)} set ${changes.join(', ')} from ${rows}${whereOf(request, table, cache, values)}`
}

/** DELETE. */
export function deleteSql(request: RestRequest, table: Table, cache: SchemaCache, values: Values): string {
  return `delete from ${qualified(table)}${whereOf(request, table, cache, values)}`
}

function whereOf(request: RestRequest, table: Table, cache: SchemaCache, values: Values): string {
  const conditions = [
    ...conditionsOf(request, table, cache, values),
    ...firstOnly(request, table, cache, values),
  ]
  return conditions.length > 0 ? ` where ${conditions.join(' and ')}` : ''
}

function conditionsOf({ query }: RestRequest, table: Table, cache: SchemaCache, values: Values): string[] {
  const source = { alias: qualified(table), table }
  return query.filters
    .filter(({ path }) => path.length === 0)
    .map(({ condition }) => conditionSql(condition, source, cache, values))
}

/**
 * With an order and a limit only so many rows are written. Without an order a limit means nothing here, as PostgREST 14
 * has it: clients send one for the answer alone.
 */
function firstOnly(request: RestRequest, table: Table, cache: SchemaCache, values: Values): string[] {
  const range = request.query.ranges.find(({ path }) => path.length === 0)
  const order = request.query.orders.find(({ path }) => path.length === 0)
  // What an embed has to say orders the answer only.
  const terms = order?.terms.filter(({ relation }) => relation === null) ?? []
  if (!range || (range.limit === null && range.offset === 0) || terms.length === 0) return []
  // A table without a key is told by where its rows stand; a view by what orders them, which should be unique.
  const names =
    table.primaryKey.length > 0 ? table.primaryKey : table.isView ? terms.map(({ field }) => field.name) : []
  const key = (names.length > 0 ? names.map(identifier) : ['tableoid', 'ctid']).map(
    (name) => `${qualified(table)}.${name}`,
  )
  const conditions = conditionsOf(request, table, cache, values)
  const where = conditions.length > 0 ? ` where ${conditions.join(' and ')}` : ''
  const sorted = orderOf(terms, { alias: qualified(table), table }, [])
  const limit = range.limit === null ? '' : ` limit ${values.add(String(range.limit), 'bigint')}`
  const offset = range.offset === 0 ? '' : ` offset ${values.add(String(range.offset), 'bigint')}`
  return [
    `(${key.join(', ')}) in (select ${key.join(', ')} from ${qualified(table)}${where}${sorted}${limit}${offset})`,
  ]
}
