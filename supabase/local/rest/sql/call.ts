import type { Parameter, Routine, SchemaCache } from '../cache/types.ts'
import type { RestRequest } from '../request/types.ts'
import { bodyOf, SCALAR } from './body.ts'
import { columnsNeeded } from './needed.ts'
import { payloadOf } from './payload.ts'
import { planRead } from './plan.ts'
import { arrayText, createValues, identifier, qualified, type Values } from './quote.ts'
import { answerOf, totalOf } from './read.ts'
import { argumentsOf } from './routine.ts'
import { BODY, rowsOf } from './rows.ts'
import { selectOf } from './select.ts'
import type { Body, SqlOptions, Statement } from './types.ts'

const CALL = 'pgrst_call'
/** What is single is one, and still makes of all rows one: a custom body alone may be no aggregate. */
const ONE = '(1 + 0 * pg_catalog.count(*))::text'

/** The statement of a call, whose rows may be selected, filtered, ordered and embed others as those of a table. */
export function callStatement(
  request: RestRequest,
  cache: SchemaCache,
  routine: Routine,
  options: SqlOptions,
  body: Body,
): Statement {
  const values = createValues()
  const name = routine.returns.table ?? routine
  const plan = planRead(request, cache, options, { name, isSource: true })
  const columns = columnsNeeded(plan, [], true)
  const text = answerOf({
    source: callSql(request, routine, columns, values),
    // The planner cannot guess what a function gives: an estimate is a count.
    total: totalOf(request, plan, cache, { ...options, maxRows: null }, values),
    rows: selectOf(plan, cache, values),
    body: bodyOf(body, routine),
    pageTotal: routine.returns.isSet ? undefined : body.kind === 'custom' ? `'1'` : ONE,
  })
  return { text, values: values.list }
}

function callSql(request: RestRequest, routine: Routine, columns: readonly string[], values: Values): string {
  const { before, list } = argumentsSql(request, routine, values)
  const call = `${qualified(routine)}(${list})`
  if (routine.returns.kind === 'scalar') {
    return `select ${CALL}.${SCALAR} from ${before}lateral (select ${call} as ${SCALAR}) ${CALL}`
  }
  const all = columns.length === 0 || columns.includes('*')
  const shown = all ? `${CALL}.*` : columns.map((column) => `${CALL}.${identifier(column)}`).join(', ')
  return `select ${shown} from ${before}lateral ${call} ${CALL}`
}

/** The arguments, and what has to stand before the call in FROM for them. */
function argumentsSql(
  request: RestRequest,
  { parameters }: Routine,
  values: Values,
): { before: string; list: string } {
  const [only] = parameters
  if (parameters.length === 1 && only!.name === '')
    return { before: '', list: wholeSql(request, only!, values) }
  const names = new Set(argumentsOf(request))
  const given = parameters.filter(({ name }) => names.has(name))
  if (given.length === 0) return { before: '', list: '' }
  const pairs = request.method === 'POST' ? payloadOf(request).form : request.query.parameters
  if (pairs)
    return { before: '', list: given.map((parameter) => fromPairs(parameter, pairs, values)).join(', ') }
  const columns = given.map(({ name, anyLength }) => ({ name, type: anyLength, parser: null, default: null }))
  const list = given.map((parameter) => named(parameter, `${BODY}.${identifier(parameter.name)}`))
  return { before: `${rowsOf(payloadOf(request), columns, values, true)}, `, list: list.join(', ') }
}

const named = ({ name, isVariadic }: Parameter, value: string) =>
  `${isVariadic ? 'variadic ' : ''}${identifier(name)} := ${value}`

/** Of a query string or a form: repeated ones are the elements of a variadic parameter, else the last one holds. */
function fromPairs(
  parameter: Parameter,
  pairs: readonly (readonly [string, string])[],
  values: Values,
): string {
  const texts = pairs.filter(([name]) => name === parameter.name).map(([, text]) => text)
  const text = parameter.isVariadic ? arrayText(texts) : texts.at(-1)!
  return named(parameter, values.add(text, parameter.anyLength))
}

function wholeSql(request: RestRequest, { type, anyLength }: Parameter, values: Values): string {
  if (request.method !== 'POST') {
    const text = JSON.stringify(Object.fromEntries(request.query.parameters))
    return values.add(text, anyLength)
  }
  const { content } = payloadOf(request)
  // The binary form of a jsonb has a version before its text; those of json, text, xml and bytea are what came.
  return type === 'jsonb' ? `${values.add(content, 'json')}::jsonb` : values.add(content, anyLength)
}
