// GET and HEAD of a table or a view, in one statement.
import type { Name, SchemaCache } from '../cache/types.ts'
import type { RestRequest } from '../request/types.ts'
import { bodyOf, ROWS } from './body.ts'
import { rowsOf } from './count.ts'
import { planRead, type ReadPlan, SOURCE } from './plan.ts'
import { createValues, identifier, type Values } from './quote.ts'
import { selectOf } from './select.ts'
import { findTable } from './tables.ts'
import type { Body, SqlOptions, Statement } from './types.ts'

/**
 * What a request reads, as the single row of an `Outcome`. `total` is there for `count=exact`, and for
 * `count=estimated` up to one more than `max_rows`: above it the planner's number of {@link countStatement} is told.
 */
export function readStatement(
  request: RestRequest,
  cache: SchemaCache,
  options: SqlOptions,
  body: Body,
): Statement {
  const values = createValues()
  const plan = planRead(request, cache, options, { name: nameOf(request, cache), isSource: false })
  const source = selectOf(plan, cache, values)
  const total = totalOf(request, plan, cache, options, values)
  const text = answerOf({ source, rows: `SELECT * FROM ${SOURCE}`, total, body: bodyOf(body) })
  return { text, values: values.list }
}

/** The rows that a request is about, without limits: for `EXPLAIN`, whose plan knows about how many there are. */
export function countStatement(request: RestRequest, cache: SchemaCache, options: SqlOptions): Statement {
  const values = createValues()
  const plan = planRead(request, cache, options, { name: nameOf(request, cache), isSource: false })
  return { text: rowsOf(plan.root, cache, values), values: values.list }
}

function nameOf({ target, schema }: RestRequest, cache: SchemaCache): Name {
  const name = target.kind === 'root' ? '' : target.name
  return findTable(cache, { schema, name })
}

/** The query whose rows are counted; null where nobody asks. */
export function totalOf(
  request: RestRequest,
  plan: ReadPlan,
  cache: SchemaCache,
  { maxRows }: SqlOptions,
  values: Values,
): string | null {
  const { count } = request.preferences
  if (count !== 'exact' && count !== 'estimated') return null
  const rows = rowsOf(plan.root, cache, values)
  return count === 'estimated' && maxRows !== null ? `${rows} LIMIT ${maxRows + 1}` : rows
}

/**
 * The outermost query, of one row.
 * @param source SQL of the CTE `pgrst_source`
 * @param rows what is answered of it
 * @param total a query whose rows are counted
 * @param more further columns, by their names
 */
export function answerOf(parts: {
  source: string
  rows: string
  total: string | null
  body: string
  pageTotal?: string
  more?: Readonly<Record<string, string>>
}): string {
  const { source, rows, total, body, pageTotal = `count(*)::text`, more = {} } = parts
  const columns = [
    `${total === null ? 'NULL::text' : '(SELECT count(*)::text FROM pgrst_total)'} AS total`,
    `${pageTotal} AS page_total`,
    `${body} AS body`,
    `nullif(current_setting('response.headers', true), '') AS response_headers`,
    `nullif(current_setting('response.status', true), '') AS response_status`,
    ...Object.entries(more).map(([name, sql]) => `${sql} AS ${identifier(name)}`),
  ]
  const ctes = [`${SOURCE} AS (${source})`, ...(total === null ? [] : [`pgrst_total AS (${total})`])]
  return `WITH ${ctes.join(', ')} SELECT ${columns.join(', ')} FROM (${rows}) AS ${ROWS}`
}
