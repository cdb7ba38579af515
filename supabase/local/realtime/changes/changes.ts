import { openDatabase } from '../../../../server/db/database.ts'
import type { Claims } from '../../../../server/db/types.ts'
import type { Change } from '../change.ts'
import { type Binding, checkWanted, readBinding } from './bindings.ts'
import { ChangesError } from './errors.ts'
import { type Group, judge, tellFault } from './judge.ts'
import { createPatience } from './patience.ts'
import type { Concerned, Subscriber, Wish } from './subscriber.ts'
import { createTables } from './tables.ts'

/** The changes that one channel asked for. */
export interface ChangesSubscription {
  /** What was asked, in its order, with the ids that the changes carry. */
  bindings: (Binding & { id: number })[]
  setClaims(claims: Claims): void
  close(): void
}

/** Tells subscribers of changes, each what its role and the policies let it see. */
export interface PostgresChanges {
  /**
   * @param deliver takes the JSON of a payload `{ids, data}`.
   * @throws ChangesError what the subscriber is told.
   */
  subscribe(
    bindings: Binding[],
    claims: Claims,
    deliver: (json: string) => void,
  ): Promise<ChangesSubscription>
  /** Takes changes in the order of their commits; the next must wait until it has. */
  handle(changes: Change[]): Promise<void>
  close(): Promise<void>
}

const BINDINGS_AT_MOST = 100

const concerns = ({ event, schema, table }: Wish, { relation, type }: Group) =>
  (event === '*' || event === type) &&
  (schema === '*' || schema === relation.schema) &&
  (table === '*' || table === relation.table)

/** Changes of one kind to one table together, each with its place among all of them. */
function groupsOf(changes: Change[]): (Group & { places: number[] })[] {
  const groups = new Map<Change['relation'], Map<Change['type'], Group & { places: number[] }>>()
  changes.forEach((change, place) => {
    const { relation, type } = change
    // Broadcasts of the database are no changes of a table.
    if (relation.schema === 'realtime') return
    const types = groups.get(relation) ?? new Map()
    const group = types.get(type) ?? { relation, type, changes: [], places: [] }
    group.changes.push(change)
    group.places.push(place)
    groups.set(relation, types.set(type, group))
  })
  return [...groups.values()].flatMap((types) => [...types.values()])
}

/** The same login, whose statements end after so long. */
function withTimeout(url: string, milliseconds: number): string {
  const limited = new URL(url)
  limited.searchParams.set('options', `-c statement_timeout=${milliseconds}`)
  return limited.href
}

/**
 * @param options.adminUrl reads the catalog.
 * @param options.userUrl logs in as authenticator, to ask as the subscribers.
 */
export function createPostgresChanges(options: { adminUrl: string; userUrl: string }): PostgresChanges {
  const open = (max: number, milliseconds: number) =>
    openDatabase(withTimeout(options.userUrl, milliseconds), { max, queryTimeoutMs: milliseconds * 2 })
  const tables = createTables(options.adminUrl)
  // Who subscribes, or filters at length, takes no connection from whose rows are asked for.
  const [policies, filters, checks] = [open(4, 5000), open(2, 1000), open(1, 500)]
  const patience = createPatience()
  const asks = { tables, policies, filters, patience }
  const subscribers = new Set<Subscriber>()
  let lastId = 0

  const concernedBy = (group: Group): Concerned[] =>
    [...subscribers].flatMap((subscriber) => {
      const wishes = subscriber.wishes.filter((one) => concerns(one, group))
      return wishes.length > 0 ? [{ subscriber, wishes }] : []
    })

  return {
    async subscribe(bindings, claims, deliver) {
      if (bindings.length > BINDINGS_AT_MOST)
        throw new ChangesError(`Too many postgres_changes. Maximum ${BINDINGS_AT_MOST}`)
      const wishes = bindings.map((binding) => ({ ...readBinding(binding), id: ++lastId }))
      if (wishes.some(({ conditions }) => conditions.length > 0)) patience.check(claims)
      for (const wish of wishes) await checkWanted(tables, checks, claims.role, wish)
      const subscriber: Subscriber = { claims, who: JSON.stringify(claims), wishes, deliver }
      subscribers.add(subscriber)
      return {
        bindings: bindings.map((binding, index) => ({ ...binding, id: wishes[index]!.id })),
        setClaims(next) {
          subscriber.claims = next
          subscriber.who = JSON.stringify(next)
        },
        close: () => void subscribers.delete(subscriber),
      }
    },

    async handle(changes) {
      if (subscribers.size === 0) return
      const asked = groupsOf(changes)
        .map((group) => ({ group, concerned: concernedBy(group) }))
        .filter(({ concerned }) => concerned.length > 0)
      if (asked.length === 0) return
      const xids = new Set(asked.flatMap(({ group }) => group.changes.map(({ xid }) => xid)))
      await tables.whenVisible([...xids].filter((xid) => xid !== undefined)).catch(patience.complain)
      const told = await Promise.all(
        asked.map(async ({ group, concerned }) => {
          const those = await judge(asks, group, concerned).catch((error) => {
            patience.complain(error)
            return tellFault(group, concerned, 'Error 500: Internal Server Error')
          })
          return those.map((one) => ({ ...one, place: group.places[one.n]! }))
        }),
      )
      for (const { subscriber, json } of told.flat().sort((a, b) => a.place - b.place)) {
        if (!subscribers.has(subscriber)) continue
        try {
          subscriber.deliver(json)
        } catch (error) {
          patience.complain(error)
        }
      }
    },

    async close() {
      subscribers.clear()
      await Promise.all([tables, policies, filters, checks].map((one) => one.close()))
    },
  }
}
