import type { Change, Relation } from '../change.ts'
import type { Table } from './tables.ts'
import { toJson } from './values.ts'

type Row = Record<string, string | null>

// Of a row that is larger, only what is short is told, as Supabase's own does.
const [LARGE, SHORT] = [1024 * 1024, 64]

const sizeOf = (row: Row | null) =>
  Object.values(row ?? {}).reduce((sum, text) => sum + (text?.length ?? 0), 0)

const object = (relation: Relation, row: Row, shows: (name: string) => boolean): string =>
  `{${relation.columns
    .filter(({ name }) => row[name] !== undefined && shows(name))
    .map(({ name, type, base }) => `${JSON.stringify(name)}:${toJson(row[name]!, base ?? type)}`)
    .join(',')}}`

/** `data` of the payload as JSON, for who may see these columns. @param select beside the key; null: all. */
export function describe(change: Change, table: Table, select: string[] | null): string {
  const { relation, type, record, old } = change
  const isKey = (name: string) => table.key.includes(name)
  const shows = (name: string) =>
    table.selectable.has(name) && (!select || select.includes(name) || isKey(name))
  const isLarge = sizeOf(record) + sizeOf(old) > LARGE
  const rowOf = (row: Row, may: (name: string) => boolean) =>
    object(relation, row, (name) => may(name) && !(isLarge && (row[name]?.length ?? 0) > SHORT))

  const columns = relation.columns.filter(({ name }) => shows(name)).map(({ name, type }) => ({ name, type }))
  const parts = [
    `"schema":${JSON.stringify(relation.schema)}`,
    `"table":${JSON.stringify(relation.table)}`,
    `"commit_timestamp":${JSON.stringify(change.commitTimestamp)}`,
    `"type":"${type}"`,
    `"columns":${JSON.stringify(columns)}`,
  ]
  if (record) parts.push(`"record":${rowOf(record, shows)}`)
  if (type === 'UPDATE') {
    // The log names the key of an update only when it changed.
    const before = old ?? Object.fromEntries(table.key.map((name) => [name, record![name] ?? null]))
    parts.push(`"old_record":${rowOf(before, shows)}`)
  }
  if (type === 'DELETE') {
    // Nobody can be asked whose a row was that is gone: of it, policies show only the key.
    const may = table.hasPolicies ? (name: string) => isKey(name) && shows(name) : shows
    parts.push(`"old_record":${rowOf(old ?? {}, may)}`)
  }
  parts.push(`"errors":${isLarge ? '["Error 413: Payload Too Large"]' : 'null'}`)
  return `{${parts.join(',')}}`
}

/** `data` that says only that something happened, and why no more is told. */
export const describeFault = ({ relation, type }: Change, error: string): string =>
  JSON.stringify({ schema: relation.schema, table: relation.table, type, errors: [error] })
