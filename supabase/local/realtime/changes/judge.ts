import type { Claims, Database } from '../../../../server/db/types.ts'
import type { Change, Relation } from '../change.ts'
import { decide } from './conditions.ts'
import type { Condition } from './filters.ts'
import type { Patience } from './patience.ts'
import { describe, describeFault } from './payload.ts'
import { whichAreSeen, whichFulfil } from './questions.ts'
import type { Concerned, Subscriber, Wish } from './subscriber.ts'
import type { Table, Tables } from './tables.ts'

/** Changes of one kind to one table, in their order. */
export interface Group {
  relation: Relation
  type: Change['type']
  changes: Change[]
}

/** What one subscriber is told of the change with this number in the group. */
export interface Told {
  n: number
  subscriber: Subscriber
  json: string
}

/** What a judge asks with; `filters` must not answer for long. */
export interface Asks {
  tables: Tables
  policies: Database
  filters: Database
  patience: Patience
}

function tell({ subscriber, wishes }: Concerned, n: number, data: (wish: Wish) => string): Told[] {
  const ids = new Map<string, number[]>()
  for (const wish of wishes) {
    const json = data(wish)
    ids.set(json, [...(ids.get(json) ?? []), wish.id])
  }
  return [...ids].map(([json, those]) => ({
    n,
    subscriber,
    json: `{"ids":${JSON.stringify(those)},"data":${json}}`,
  }))
}

/** Tells everybody of every change that there was one, and why no more. */
export const tellFault = ({ changes }: Group, those: Concerned[], error: string): Told[] =>
  those.flatMap((one) => changes.flatMap((change, n) => tell(one, n, () => describeFault(change, error))))

/** Who hears of all changes learns nothing from a failure; who has a filter would learn what it holds for. */
const withoutFilters = (those: Concerned[]): Concerned[] =>
  those.map(({ subscriber, wishes }) => ({
    subscriber,
    wishes: wishes.filter(({ conditions }) => conditions.length === 0),
  }))

/**
 * What of a filter the log does not answer: null when it says no, nothing left when it says yes.
 * @param row the row of a change.
 */
function openConditions(
  { relation, type }: Group,
  conditions: Condition[],
  row: Record<string, string | null>,
  table: Table,
): Condition[] | null {
  const open: Condition[] = []
  for (const condition of conditions) {
    const { column } = condition
    // A value that the log does not tell, or that may not be seen, fulfils nothing. Nor does one of a row that
    // is gone, beyond its key, where policies decide: whoever hears of it could guess the value.
    if (row[column] === undefined || !table.selectable.has(column)) return null
    if (type === 'DELETE' && table.hasPolicies && !table.key.includes(column)) return null
    const { base, type: name } = relation.columns.find((one) => one.name === column)!
    const holds = decide(condition, base ?? name, row[column])
    if (holds === false) return null
    if (holds === undefined) open.push(condition)
  }
  return open
}

/** Tells a group of changes to those who are the same to Postgres. */
async function judgeFor(asks: Asks, group: Group, claims: Claims, table: Table, those: Concerned[]) {
  const { relation, type, changes } = group
  const rowOf = (n: number) => changes[n]!.record ?? changes[n]!.old ?? {}
  const open = (wish: Wish, n: number) => openConditions(group, wish.conditions, rowOf(n), table)
  let numbers = changes.map((_, n) => n)

  if (table.hasPolicies && type !== 'DELETE') {
    // Nobody can say whose a row is that cannot be asked for.
    if (table.key.length === 0) return tellFault(group, those, 'Error 400: Bad Request, no primary key')
    if (!table.key.every((name) => table.selectable.has(name)))
      return tellFault(group, those, 'Error 401: Unauthorized')
    numbers = numbers.filter((n) => those.some(({ wishes }) => wishes.some((wish) => open(wish, n) !== null)))
    try {
      const seen = await whichAreSeen(asks.policies, claims, relation, table, changes, numbers)
      numbers = numbers.filter((n) => seen.has(n))
    } catch (error) {
      asks.patience.complain(error)
      const message = 'Error 500: Internal Server Error, RLS policy evaluation failed'
      return tellFault(group, withoutFilters(those), message)
    }
  }

  /** Of rows that may be seen, those that a wish asks for. */
  async function wished(wish: Wish, subscriber: Subscriber): Promise<Set<number>> {
    const holds = new Set<number>()
    const left: number[] = []
    for (const n of numbers) {
      const conditions = open(wish, n)
      if (conditions?.length === 0) holds.add(n)
      else if (conditions) left.push(n)
    }
    if (left.length === 0) return holds
    const answer = await asks.patience.ask(
      subscriber.claims,
      () => whichFulfil(asks.filters, subscriber.claims.role, wish.conditions, table, rowOf, left),
      () =>
        subscriber.deliver(
          `{"ids":[${wish.id}],"data":${describeFault(changes[0]!, 'Error 500: Internal Server Error, filter evaluation failed')}}`,
        ),
    )
    return new Set([...holds, ...answer])
  }

  // Of one change, all with the same `select` are told the same.
  const described = new Map<string, string>()
  function dataOf(n: number, { select }: Wish): string {
    const name = `${n} ${select ? JSON.stringify(select) : ''}`
    const data = described.get(name) ?? describe(changes[n]!, table, select)
    described.set(name, data)
    return data
  }
  const told = await Promise.all(
    those.map(async ({ subscriber, wishes }) => {
      const hits = await Promise.all(wishes.map((wish) => wished(wish, subscriber)))
      return numbers.flatMap((n) => {
        const mine = wishes.filter((_, index) => hits[index]!.has(n))
        return tell({ subscriber, wishes: mine }, n, (wish) => dataOf(n, wish))
      })
    }),
  )
  return told.flat()
}

/** Decides who is told of changes, and what of them. Whose question fails is alone in it. */
export async function judge(asks: Asks, group: Group, concerned: Concerned[]): Promise<Told[]> {
  const callers = new Map<string, { claims: Claims; table: Table; those: Concerned[] }>()
  for (const one of concerned) {
    const { claims, who } = one.subscriber
    const table = await asks.tables.of(claims.role, group.relation)
    if (!table || table.selectable.size === 0) continue
    const name = table.hasPolicies && group.type !== 'DELETE' ? who : claims.role
    const caller = callers.get(name) ?? { claims, table, those: [] }
    caller.those.push(one)
    callers.set(name, caller)
  }
  const told = await Promise.all(
    [...callers.values()].map(({ claims, table, those }) => judgeFor(asks, group, claims, table, those)),
  )
  return told.flat()
}
