import type { SchemaCache, Table } from '../cache/types.ts'
import type { RestRequest } from '../request/types.ts'
import { bodyOf } from './body.ts'
import { INSERTED, insertSql, putSql } from './insert.ts'
import { columnsNeeded } from './needed.ts'
import { planRead, type ReadPlan } from './plan.ts'
import { createValues, identifier, qualified, type Values } from './quote.ts'
import { answerOf } from './read.ts'
import { selectOf } from './select.ts'
import { findTable } from './tables.ts'
import type { Body, SqlOptions, Statement } from './types.ts'
import { deleteSql, updateSql } from './update.ts'

/** The statement of POST, PUT, PATCH and DELETE on a table: it writes, and reads what it has written. */
export function writeStatement(
  request: RestRequest,
  cache: SchemaCache,
  options: SqlOptions,
  body: Body,
): Statement {
  const values = createValues()
  const table = findTable(cache, { schema: request.schema, name: nameOf(request) })
  const plan = planRead(request, cache, options, { name: table, isSource: true })
  const returned = returnedBy(request, table, plan)
  const written = writing(request, table, cache, values)
  const text = answerOf({
    source:
      written === null ? nothing(table, returned) : `${written} returning ${listOf(table, returned, '1')}`,
    total: null,
    // Names of the select are of no meaning where only a 1 is returned.
    rows: body.kind === 'none' ? 'select * from pgrst_source' : selectOf(plan, cache, values),
    body: bodyOf(body),
    more: { location: locationOf(request, table), inserted: isUpsert(request) ? INSERTED : 'null::int' },
  })
  return { text, values: values.list }
}

const nameOf = ({ target }: RestRequest) => (target.kind === 'root' ? '' : target.name)

const isUpsert = ({ method, preferences }: RestRequest) =>
  method === 'PUT' || (method === 'POST' && preferences.resolution === 'merge-duplicates')

const hasLocation = ({ method, preferences }: RestRequest) =>
  method === 'POST' && preferences.return === 'headers-only'

function writing(request: RestRequest, table: Table, cache: SchemaCache, values: Values): string | null {
  switch (request.method) {
    case 'POST':
      return insertSql(request, table, cache, values)
    case 'PUT':
      return putSql(request, table, cache, values)
    case 'PATCH':
      return updateSql(request, table, cache, values)
    default:
      return deleteSql(request, table, cache, values)
  }
}

/** No more than is answered: to return a column takes the right to read it. */
function returnedBy(request: RestRequest, table: Table, plan: ReadPlan): readonly string[] {
  if (request.preferences.return === 'representation') return columnsNeeded(plan, [], true)
  return hasLocation(request) ? table.primaryKey : []
}

function listOf(table: Table, columns: readonly string[], none: string): string {
  if (columns.length === 0) return none
  return columns.map((name) => `${qualified(table)}.${name === '*' ? '*' : identifier(name)}`).join(', ')
}

/** No rows, with the columns that would be returned. */
function nothing(table: Table, returned: readonly string[]): string {
  return `select ${listOf(table, returned, 'null')} from ${qualified(table)} where false`
}

function locationOf(request: RestRequest, table: Table): string {
  if (!hasLocation(request) || table.primaryKey.length === 0) return 'null::text[]'
  return `case when pg_catalog.count(*) = 1 then (
  select pg_catalog.array_agg(key || '=' || coalesce('eq.' || value, 'is.null'))
  from pg_catalog.json_each_text((select pg_catalog.row_to_json(s) from pgrst_source s limit 1))) end`
}
