import type { Database } from '../../../../server/db/types.ts'
import { TAKES_PATTERN, toSql } from './conditions.ts'
import { ChangesError } from './errors.ts'
import { type Condition, parseFilter } from './filters.ts'
import type { Table, Tables } from './tables.ts'

/** What a client sends for each subscription of a channel. */
export interface Binding {
  event: string
  schema?: string
  table?: string
  filter?: string
  select?: unknown
}

/** A subscription, read. */
export interface Wanted {
  event: 'INSERT' | 'UPDATE' | 'DELETE' | '*'
  schema: string
  table: string
  conditions: Condition[]
  /** Columns to tell beside the key; null: all that may be seen. */
  select: string[] | null
}

const EVENTS = ['INSERT', 'UPDATE', 'DELETE', '*']
// Longer than any name that Postgres keeps.
const NAME_AT_MOST = 256

const isName = (value: unknown): value is string => typeof value === 'string' && value.length <= NAME_AT_MOST

function readSelect(select: unknown): string[] | null {
  if (select === undefined || select === null) return null
  if (!Array.isArray(select) || !select.every(isName) || select.length > 1000)
    throw new ChangesError(
      'Error parsing `select` params: expected a list of column name strings, e.g. select: ["col1", "col2"]',
    )
  return select.length > 0 ? [...new Set(select)] : null
}

/** Reads a binding. @throws ChangesError */
export function readBinding(binding: Binding): Wanted {
  const event = String(binding.event).toUpperCase()
  if (!EVENTS.includes(event)) throw new ChangesError('event must be one of INSERT, UPDATE, DELETE and *')
  const { schema, table } = { schema: binding.schema ?? 'public', table: binding.table ?? '*' }
  if (!isName(schema) || !isName(table))
    throw new ChangesError(
      'No subscription params provided. Please provide at least a `schema` or `table` to subscribe to',
    )
  const filter = binding.filter ?? ''
  if (typeof filter !== 'string') throw new ChangesError('Error parsing `filter` params: expected a text')
  const select = readSelect(binding.select)
  if (select && (schema === '*' || table === '*'))
    throw new ChangesError(
      'Column selection is not supported for wildcard subscriptions. Provide an explicit schema and table name.',
    )
  return { event: event as Wanted['event'], schema, table, conditions: parseFilter(filter), select }
}

const parameters = ({ event, schema, table, conditions, select }: Wanted) => {
  const filters = conditions.map(
    ({ column, operator, values, isNot }) =>
      `{${[column, operator, values.join(',')].map((text) => JSON.stringify(text)).join(', ')}, ${isNot}}`,
  )
  return `[event: ${event}, schema: ${schema}, table: ${table}, filters: [${filters.join(', ')}], select: ${select ? JSON.stringify(select) : 'nil'}]`
}
const refusal = (wanted: Wanted) =>
  new ChangesError(
    `Unable to subscribe to changes with given parameters. Please check Realtime is enabled for the given connect parameters: ${parameters(wanted)}`,
  )
const exception = (wanted: Wanted, message: string) =>
  new ChangesError(
    `Unable to subscribe to changes with given parameters. An exception happened so please check your connect parameters: ${parameters(wanted)}. Exception: ${message}`,
  )

/** Why Postgres would fail at a condition when a change comes; null when it would not. */
async function faultOf(
  db: Database,
  role: string,
  condition: Condition,
  table: Table,
): Promise<string | null> {
  const { column, operator, values } = condition
  const type = table.selectable.get(column)
  // A column that may not be seen answers as one that is not there: a filter on it would tell its values.
  if (!type) return `invalid column for filter ${column}`
  if (operator === 'is' && values[0] !== 'null' && type !== 'boolean')
    return `is ${values[0]} filter requires a boolean column, got ${type}`
  // Postgres finds it only once a value fits up to there.
  if (/^i?like$/.test(operator) && /(^|[^\\])(\\\\)*\\$/.test(values[0]!))
    return 'LIKE pattern must not end with escape character'
  const bound: string[] = []
  const bind = (value: string) => `$${bound.push(value)}`
  // What is asked of every change, of a value that is there: of null Postgres would not even read a pattern.
  const sample = TAKES_PATTERN.test(operator) ? `''` : operator === 'is' ? 'null' : bind(values[0]!)
  const sql = toSql(condition, type, bind, sample)
  try {
    await db.as({ role }).query(`select ${sql}`, bound)
    return null
  } catch (cause) {
    const { code, message } = cause as { code?: string; message: string }
    if (code === '2201B') return `invalid regular expression for ${operator} filter: ${message}`
    if (code === '57014') return `${operator} filter takes too long`
    if (code === '42883')
      return `operator ${operator} is not supported on column ${column} of type ${type}: ${message}`
    if (/^(22|42|54)/.test(code ?? '')) return message
    throw cause
  }
}

/** Checks that a role may subscribe so. @param db runs as the role, and not for long. @throws ChangesError */
export async function checkWanted(tables: Tables, db: Database, role: string, wanted: Wanted): Promise<void> {
  if (wanted.table === '*' || wanted.schema === '*') {
    if (wanted.conditions.length > 0 || !(await tables.isPublished(wanted.schema))) throw refusal(wanted)
    return
  }
  const table = await tables.ask(role, wanted.schema, wanted.table)
  if (!table?.isPublished || table.selectable.size === 0) throw refusal(wanted)
  for (const name of wanted.select ?? [])
    if (!table.selectable.has(name)) throw exception(wanted, `invalid column for select ${name}`)
  for (const condition of wanted.conditions) {
    const fault = await faultOf(db, role, condition, table)
    if (fault) throw exception(wanted, fault)
  }
}
