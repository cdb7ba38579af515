import type { Socket } from 'node:net'
import type pg from 'pg'
import { openLine, waitAtMost } from '../process/turns.ts'
import { isFast, openHoldings } from './holdings.ts'

/** A connection taken from the pool for as long as something is under way on it. */
interface Lease {
  client: Promise<pg.PoolClient>
  /** When each query under way was sent, oldest first: they are answered in that order. */
  sent: number[]
  /** When the last one was answered, and the oldest of those under way could begin. */
  answered: number
  /** How many of them are whose. */
  whose: Map<string, number>
  lost: Error | undefined
  /** What is sent on it leaves when this turn of the event loop ends. */
  isHeld: boolean
  /** Takes no more queries; those under way fail by themselves. */
  lose(error: Error): void
}

// A query that takes this long is no lookup, and nobody should come to wait behind it while there is another.
const SLOW_MS = 20
// Nor at all behind one that takes longer than a busy machine explains; nor is who asks for it taken to be fast.
const STUCK_MS = 100
const TOGETHER = 4

/** How many of the connections one user may hold, and how many of its queries may wait for them. */
export interface ClientShare {
  connections: number
  /** While what it asks for is fast. */
  whileFast: number
  waiting: number
  patienceMs: number
}

/**
 * Work on connections of a pool that others may be using: as many as the pool has while there are, then queries
 * follow each other on the least busy one, each in its own transaction. Postgres finds the next query already
 * there, so neither side goes to sleep and is woken up in between: about a quarter of what a short query costs both.
 *
 * A user's queries are on a part of the connections, and wait rather than follow one of its own that is slow: whoever
 * asks for much that is slow holds that part, and keeps nobody else waiting.
 * @param pool of clients in pipeline mode.
 * @returns runs work that sends one message group, ended by its Sync, as soon as it has the client; that of nobody
 * (undefined) has no part of its own.
 */
export function shareClients(pool: pg.Pool, share: ClientShare) {
  const leases = new Set<Lease>()
  const holdings = openHoldings<Lease>()
  const line = openLine<(lease: Lease) => void>(share.waiting)

  function take(): Lease {
    const lease: Lease = {
      client: pool.connect(),
      sent: [],
      answered: 0,
      whose: new Map(),
      lost: undefined,
      isHeld: false,
      lose(error) {
        lease.lost = error
        leases.delete(lease)
      },
    }
    leases.add(lease)
    lease.client.then(
      (client) => client.on('error', lease.lose),
      () => leases.delete(lease),
    )
    return lease
  }

  function hold(lease: Lease, client: pg.PoolClient): void {
    if (lease.isHeld) return
    lease.isHeld = true
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
    stream.cork()
    setImmediate(() => {
      lease.isHeld = false
      stream.uncork()
    })
  }

  function leastBusy(among: Iterable<Lease>): Lease | undefined {
    const now = performance.now()
    let best: Lease | undefined
    let least = Number.POSITIVE_INFINITY
    for (const lease of among) {
      const { sent, answered, isHeld } = lease
      const takes = now - Math.max(sent[0]!, answered)
      // Those of one turn go together, a few of them, in a single write.
      const cost =
        (takes > SLOW_MS ? 1000 : 0) + sent.length - (isHeld && sent.length < TOGETHER ? TOGETHER : 0)
      // One that was lost takes no more, nor does one that is stuck.
      if (cost >= least || lease.lost || takes > STUCK_MS) continue
      best = lease
      least = cost
    }
    return best
  }

  /** The connection for a query of somebody, noted as sent on it; undefined where it has to wait. */
  function choose(who: string | undefined): Lease | undefined {
    const own = who === undefined ? undefined : holdings.of(who)
    const isFull = own !== undefined && own.leases.size >= (isFast(own) ? share.whileFast : share.connections)
    const lease = isFull ? leastBusy(own.leases) : leases.size < pool.options.max ? take() : leastBusy(leases)
    if (!lease) return undefined
    if (who !== undefined) {
      const mine = lease.whose.get(who) ?? 0
      if (own && mine >= own.behind) return undefined
      lease.whose.set(who, mine + 1)
      const holding = own ?? holdings.begin(who)
      holding.leases.add(lease)
    }
    lease.sent.push(performance.now())
    return lease
  }

  function wait(who: string): Promise<Lease> {
    let enter: (lease: Lease) => void = () => {}
    const waiter = (lease: Lease) => enter(lease)
    line.join(who, waiter)
    return waitAtMost<Lease>(
      share.patienceMs,
      (go) => {
        enter = go
      },
      () => line.leave(who, waiter),
    )
  }

  /** Notes that the oldest query of a connection, which is somebody's, was answered. */
  function leave(lease: Lease, who: string | undefined): void {
    const now = performance.now()
    const isSlow = now - Math.max(lease.sent.shift()!, lease.answered) > STUCK_MS
    lease.answered = now
    if (who === undefined) return
    const left = lease.whose.get(who)! - 1
    if (left > 0) lease.whose.set(who, left)
    else lease.whose.delete(who)
    holdings.answer(who, isSlow, left > 0 ? undefined : lease)
  }

  const serve = () =>
    line.serve((who, go) => {
      const lease = choose(who || undefined)
      if (lease) go(lease)
      return lease !== undefined
    })

  return async <T>(who: string | undefined, work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    // Nobody's wait in a line of their own, named ''.
    const lease = choose(who) ?? (await wait(who ?? ''))
    let client: pg.PoolClient | undefined
    try {
      client = await lease.client
      hold(lease, client)
      return await work(client)
    } finally {
      leave(lease, who)
      if (client && lease.sent.length === 0) {
        leases.delete(lease)
        client.off('error', lease.lose)
        client.release(lease.lost)
      }
      if (!line.isEmpty) serve()
    }
  }
}
