import type { Database } from '../../../../server/utils/db.ts'
import { ChangesError } from './errors.ts'
import { type Condition, parseFilter, toSql } from './filters.ts'
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
  /** Columns to tell; null: all that may be seen. */
  select: string[] | null
}

const EVENTS = ['INSERT', 'UPDATE', 'DELETE', '*']

/** Reads a binding. @throws ChangesError */
export function readBinding({ event, schema = 'public', table = '*', filter, select }: Binding): Wanted {
  const wanted = String(event).toUpperCase()
  if (!EVENTS.includes(wanted)) throw new ChangesError(`Unknown event: ${event}`)
  if (typeof schema !== 'string' || typeof table !== 'string')
    throw new ChangesError('schema and table must be texts')
  if (filter !== undefined && filter !== null && typeof filter !== 'string')
    throw new ChangesError('filter must be a text')
  if (select !== undefined && select !== null) {
    if (!Array.isArray(select) || select.length === 0 || select.some((name) => typeof name !== 'string'))
      throw new ChangesError('select must be a list of columns')
  }
  return {
    event: wanted as Wanted['event'],
    schema,
    table,
    conditions: filter ? parseFilter(filter) : [],
    select: (select as string[] | null | undefined) ?? null,
  }
}

const refusal = ({ event, schema, table, conditions }: Wanted) =>
  new ChangesError(
    `Unable to subscribe to changes with given parameters. Please check Realtime is enabled for the given connect parameters: [event: ${event}, schema: ${schema}, table: ${table}, filters: ${JSON.stringify(conditions.map(({ column, operator }) => [column, operator]))}]`,
  )

async function checkConditions(db: Database, role: string, wanted: Wanted, table: Table): Promise<void> {
  for (const condition of wanted.conditions) {
    const type = table.selectable.get(condition.column)
    // A column that may not be seen answers as one that is not there: a filter on it would tell its values.
    if (!type) throw new ChangesError(`invalid column for filter ${condition.column}`)
    const values: string[] = []
    const bind = (value: string) => `$${values.push(value)}`
    const sql = toSql(condition, type, bind, 'null')
    await db
      .as({ role })
      .query(`select ${sql}`, values)
      .catch((error: { code?: string; message: string }) => {
        if (/^(22|42)/.test(error.code ?? '')) throw new ChangesError(error.message)
        throw error
      })
  }
}

/** Checks that a role may subscribe so. @throws ChangesError */
export async function checkWanted(tables: Tables, db: Database, role: string, wanted: Wanted): Promise<void> {
  if (wanted.table === '*' || wanted.schema === '*') {
    if (wanted.conditions.length > 0 || wanted.select || !(await tables.isPublished(wanted.schema)))
      throw refusal(wanted)
    return
  }
  const table = await tables.of(role, wanted.schema, wanted.table)
  if (!table?.isPublished || table.selectable.size === 0) throw refusal(wanted)
  for (const name of wanted.select ?? [])
    if (!table.selectable.has(name)) throw new ChangesError(`invalid column for select ${name}`)
  await checkConditions(db, role, wanted, table)
}
