import { type Claims, openDatabase } from '../../../../server/utils/db.ts'
import type { Change } from '../replication.ts'
import { type Binding, checkWanted, readBinding, type Wanted } from './bindings.ts'
import { createJudge, type Told } from './judge.ts'
import { createTables } from './tables.ts'

export type { Binding } from './bindings.ts'
export { ChangesError } from './errors.ts'

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

/** One subscriber. */
export interface Subscriber {
  claims: Claims
  wanted: (Wanted & { id: number })[]
  deliver(json: string): void
}

const concerns = ({ event, schema, table }: Wanted, { relation, type }: Change) =>
  (event === '*' || event === type) &&
  (schema === '*' || schema === relation.schema) &&
  (table === '*' || table === relation.table)

// Broadcasts of the database are no changes of a table.
const isOurs = ({ relation }: Change) => relation.schema === 'realtime'

// What Postgres could not answer is not told: when it is lost, the channels learn of it.
function notTold(error: unknown): Told[] {
  console.error(error)
  return []
}

/**
 * @param options.adminUrl reads the catalog.
 * @param options.userUrl logs in as authenticator, to ask as the subscribers.
 */
export function createPostgresChanges(options: { adminUrl: string; userUrl: string }): PostgresChanges {
  const tables = createTables(options.adminUrl)
  const db = openDatabase(options.userUrl, { max: 5, queryTimeoutMs: 10_000 })
  const judge = createJudge(tables, db)
  const subscribers = new Set<Subscriber>()
  let lastId = 0

  return {
    async subscribe(bindings, claims, deliver) {
      const wanted = bindings.map((binding) => ({ ...readBinding(binding), id: ++lastId }))
      for (const one of wanted) await checkWanted(tables, db, claims.role, one)
      const subscriber: Subscriber = { claims, wanted, deliver }
      subscribers.add(subscriber)
      return {
        bindings: bindings.map((binding, index) => ({ ...binding, id: wanted[index]!.id })),
        setClaims(next) {
          subscriber.claims = next
        },
        close: () => void subscribers.delete(subscriber),
      }
    },

    async handle(changes) {
      if (subscribers.size === 0) return
      // Each change is judged while the others are; they are told in their order.
      const told = changes.map((change) => {
        if (isOurs(change)) return null
        const concerned = [...subscribers].flatMap((subscriber) => {
          const wanted = subscriber.wanted.filter((one) => concerns(one, change))
          return wanted.length > 0 ? [{ subscriber, wanted }] : []
        })
        return concerned.length > 0 ? judge(change, concerned).catch(notTold) : null
      })
      for (const one of told) {
        for (const { subscriber, json } of (await one) ?? [])
          if (subscribers.has(subscriber)) subscriber.deliver(json)
      }
    },

    async close() {
      subscribers.clear()
      await Promise.all([tables.close(), db.close()])
    },
  }
}
