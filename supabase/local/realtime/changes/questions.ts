import { createHash } from 'node:crypto'
import type { Claims, Database, Query } from '../../../../server/db/types.ts'
import type { Change, Relation } from '../change.ts'
import { toSql } from './conditions.ts'
import type { Condition } from './filters.ts'
import type { Table } from './tables.ts'

// Rows that one question is about.
const ROWS = 250

const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`

/** Parsed once per connection, by whatever its text is. */
const named = (text: string): Query => ({ name: createHash('sha1').update(text).digest('base64'), text })

async function inParts(
  numbers: number[],
  ask: (part: number[]) => Promise<{ n: number }[]>,
): Promise<Set<number>> {
  const holds = new Set<number>()
  for (let at = 0; at < numbers.length; at += ROWS)
    for (const { n } of await ask(numbers.slice(at, at + ROWS))) holds.add(n)
  return holds
}

/**
 * Which rows a caller sees now, by their primary key.
 * @param numbers which of the changes are asked for. @returns those that it sees.
 */
export function whichAreSeen(
  db: Database,
  claims: Claims,
  relation: Relation,
  table: Table,
  changes: Change[],
  numbers: number[],
): Promise<Set<number>> {
  const { key, selectable } = table
  const names = key.map((_, n) => `k${n}`)
  const arrays = key.map((_, n) => `$${n + 2}::text[]`)
  const matches = key.map((name, n) => `t.${identifier(name)} = c.k${n}::${selectable.get(name)}`)
  const query = named(
    `select c.n from unnest($1::int[], ${arrays.join(', ')}) as c(n, ${names.join(', ')}) where exists (select from ${identifier(relation.schema)}.${identifier(relation.table)} t where ${matches.join(' and ')})`,
  )
  return inParts(numbers, (part) =>
    db
      .as(claims)
      .query<{ n: number }>(query, [
        part,
        ...key.map((name) => part.map((n) => changes[n]!.record?.[name] ?? null)),
      ]),
  )
}

/**
 * Of which rows all conditions hold. @param rowOf the row of a change; every column asked for is in it.
 * @returns their numbers.
 */
export function whichFulfil(
  db: Database,
  role: string,
  conditions: Condition[],
  table: Table,
  rowOf: (n: number) => Record<string, string | null>,
  numbers: number[],
): Promise<Set<number>> {
  const columns = [...new Set(conditions.map(({ column }) => column))]
  const given: string[] = []
  const bind = (value: string) => `$${given.push(value) + columns.length + 1}`
  const checks = conditions.map((condition) =>
    toSql(
      condition,
      table.selectable.get(condition.column)!,
      bind,
      `c.v${columns.indexOf(condition.column)}`,
    ),
  )
  const arrays = columns.map((_, n) => `$${n + 2}::text[]`)
  // Without a name: clients write these, and a connection would remember all of them.
  const text = `select c.n from unnest($1::int[], ${arrays.join(', ')}) as c(n, ${columns.map((_, n) => `v${n}`).join(', ')}) where ${checks.join(' and ')}`
  return inParts(numbers, (part) =>
    db
      .as({ role })
      .query<{ n: number }>(text, [
        part,
        ...columns.map((column) => part.map((n) => rowOf(n)[column] ?? null)),
        ...given,
      ]),
  )
}
