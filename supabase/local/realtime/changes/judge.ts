import type { Claims, Database } from '../../../../server/utils/db.ts'
import type { Change } from '../replication.ts'
import type { Wanted } from './bindings.ts'
import type { Subscriber } from './changes.ts'
import { decide, toSql } from './filters.ts'
import type { Table, Tables } from './tables.ts'
import { toJson } from './values.ts'

interface Concerned {
  subscriber: Subscriber
  wanted: (Wanted & { id: number })[]
}

/** What one subscriber is told. */
export interface Told {
  subscriber: Subscriber
  json: string
}

/** Decides who is told of a change, and what of it. */
export type Judge = (change: Change, concerned: Concerned[]) => Promise<Told[]>

const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`

/** The row that a change is about: as it is now, or as it was. */
const rowOf = (change: Change) => change.record ?? change.old ?? {}

/** Asks as a caller whether it sees the row of a change, by its primary key. */
async function isVisible(db: Database, claims: Claims, { relation, record }: Change, table: Table) {
  const { key, selectable } = table
  // Without a key that can be asked for, nobody can say whose the row is.
  if (key.length === 0 || key.some((name) => record?.[name] === undefined || !selectable.has(name)))
    return false
  const conditions = key.map((name, n) => `${identifier(name)} = ($${n + 1}::text)::${selectable.get(name)}`)
  const text = `select exists (select from ${identifier(relation.schema)}.${identifier(relation.table)} where ${conditions.join(' and ')}) as sees`
  const [row] = await db.as(claims).query<{ sees: boolean }>(
    text,
    key.map((name) => record![name]),
  )
  return row!.sees
}

async function fulfils(
  db: Database,
  claims: Claims,
  wanted: Wanted,
  change: Change,
  table: Table,
): Promise<boolean> {
  const row = rowOf(change)
  const types = new Map(change.relation.columns.map(({ name, type }) => [name, type]))
  for (const condition of wanted.conditions) {
    const value = row[condition.column]
    const sqlType = table.selectable.get(condition.column)
    // A value that the log does not tell, or that may no longer be seen, fulfils nothing.
    if (value === undefined || !sqlType) return false
    let holds = decide(condition, types.get(condition.column) ?? '', value)
    if (holds === undefined) {
      const values: unknown[] = [value]
      const sql = toSql(condition, sqlType, (text) => `$${values.push(text)}`, '$1')
      const [answer] = await db
        .as({ role: claims.role })
        .query<{ holds: boolean }>(`select ${sql} as holds`, values)
      holds = answer!.holds
    }
    if (!holds) return false
  }
  return true
}

function object(
  change: Change,
  row: Record<string, string | null>,
  shows: (name: string) => boolean,
): string {
  const members = change.relation.columns
    .filter(({ name }) => row[name] !== undefined && shows(name))
    .map(({ name, type }) => `${JSON.stringify(name)}:${toJson(row[name]!, type)}`)
  return `{${members.join(',')}}`
}

/** `data` of the payload, for who may see these columns. */
function describe(change: Change, table: Table, select: string[] | null): string {
  const { relation, type, record, old } = change
  const shows = (name: string) => table.selectable.has(name) && (!select || select.includes(name))
  const isKey = (name: string) => table.key.includes(name)
  const columns = relation.columns.filter(({ name }) => shows(name)).map(({ name, type }) => ({ name, type }))
  const parts = [
    `"schema":${JSON.stringify(relation.schema)}`,
    `"table":${JSON.stringify(relation.table)}`,
    `"commit_timestamp":${JSON.stringify(change.commitTimestamp)}`,
    `"type":"${type}"`,
    `"columns":${JSON.stringify(columns)}`,
  ]
  if (record) parts.push(`"record":${object(change, record, shows)}`)
  if (type === 'UPDATE') {
    // The log names the key of an update only when it changed.
    const before = old ?? Object.fromEntries(table.key.map((name) => [name, record![name] ?? null]))
    parts.push(`"old_record":${object(change, before, shows)}`)
  }
  if (type === 'DELETE') {
    // Nobody can be asked whose a row was that is gone: of it, policies show only the key.
    const showsOld = table.hasPolicies ? isKey : shows
    parts.push(
      `"old_record":${object(change, old ?? {}, (name) => showsOld(name) && table.selectable.has(name))}`,
    )
  }
  parts.push('"errors":null')
  return `{${parts.join(',')}}`
}

/** @param db becomes the role of a subscriber. */
export function createJudge(tables: Tables, db: Database): Judge {
  return async (change, concerned) => {
    const { relation } = change
    // Whoever is the same to Postgres is asked for once.
    const asked = new Map<string, Promise<boolean>>()
    const sees = (claims: Claims, table: Table) => {
      if (!table.hasPolicies || change.type === 'DELETE') return Promise.resolve(true)
      const who = JSON.stringify(claims)
      const question = asked.get(who) ?? isVisible(db, claims, change, table)
      asked.set(who, question)
      return question
    }

    const told = await Promise.all(
      concerned.map(async ({ subscriber, wanted }): Promise<Told[]> => {
        const { claims } = subscriber
        const table = await tables.of(claims.role, relation.schema, relation.table)
        if (!table || table.selectable.size === 0) return []
        const fitting: typeof wanted = []
        for (const one of wanted) if (await fulfils(db, claims, one, change, table)) fitting.push(one)
        if (fitting.length === 0 || !(await sees(claims, table))) return []
        const groups = new Map<string, { ids: number[]; select: string[] | null }>()
        for (const { id, select } of fitting) {
          const group = groups.get(JSON.stringify(select)) ?? { ids: [], select }
          group.ids.push(id)
          groups.set(JSON.stringify(select), group)
        }
        return [...groups.values()].map(({ ids, select }) => ({
          subscriber,
          json: `{"ids":${JSON.stringify(ids)},"data":${describe(change, table, select)}}`,
        }))
      }),
    )
    return told.flat()
  }
}
