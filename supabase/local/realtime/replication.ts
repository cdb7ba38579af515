import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { LogicalReplicationService } from 'pg-logical-replication'
import type { Change } from './change.ts'
import { existingPublications, type SlotMessage, TemporarySlotPlugin } from './slot.ts'
import { createTransactionReader } from './transactions.ts'

export interface Replication {
  isLive(): boolean
  close(): Promise<void>
}

export interface ReplicationOptions {
  /** Logs in as a role that may replicate. */
  url: string
  /**
   * Takes at most 1000 changes at once, in the order of their commits: of several transactions when they came
   * while it was busy, of a part of a large one. The log waits for it; what it throws is written down.
   */
  onTransaction(changes: Change[]): void | Promise<void>
  onState(state: 'live' | 'lost'): void
}

const [RETRY_MS, RETRY_AT_MOST_MS] = [500, 10_000]
const LOOK_FOR_PUBLICATIONS_MS = 5000
const END_PATIENCE_MS = 2000
const END_AGAIN_MS = 50

// As to_jsonb writes: times in UTC, every digit of a float.
const SESSION =
  '-c timezone=UTC -c datestyle=ISO -c extra_float_digits=3 -c bytea_output=hex -c intervalstyle=postgres'

/** Ends it, also when the server does not answer. */
const end = (service: LogicalReplicationService) =>
  Promise.race([service.destroy().catch(() => {}), sleep(END_PATIENCE_MS, undefined, { ref: false })])

/**
 * Follows what is committed, from now on, until it is closed; a lost connection is made again. What was committed
 * in between is not told: `onState` is.
 */
export async function startReplication({
  url,
  onTransaction,
  onState,
}: ReplicationOptions): Promise<Replication> {
  const closing = new AbortController()
  let isLive = false
  let service: LogicalReplicationService | undefined

  function setLive(now: boolean) {
    if (isLive === now) return
    isLive = now
    if (!closing.signal.aborted) onState(now ? 'live' : 'lost')
  }

  async function follow(): Promise<void> {
    const publications = await existingPublications(url)
    if (publications.length === 0) throw new Error('no publication of Realtime exists')
    if (closing.signal.aborted) return
    const current = new LogicalReplicationService(
      { connectionString: url, options: SESSION, keepAlive: true, connectionTimeoutMillis: 5000 },
      { acknowledge: { auto: false, timeoutSeconds: 5 }, flowControl: { enabled: true } },
    )
    service = current
    const read = createTransactionReader(url, onTransaction)
    let failure: unknown
    // Not by an event of the service: once it has ended nobody hears it, and what nobody hears ends the process.
    const fail = (error: unknown) => {
      failure ??= error
      void current.stop().catch(() => {})
    }
    current.on('error', fail)
    current.on('start', () => setLive(true))
    current.on('heartbeat', (lsn: string, _at: number, mustAnswer: boolean) => {
      if (mustAnswer) void current.acknowledge(lsn)
    })
    current.on('data', (_lsn: string, message: SlotMessage) => read.take(message).catch(fail))
    const looking = setInterval(async () => {
      const now = await existingPublications(url).catch(() => publications)
      if (String(now) !== String(publications)) fail(new Error('the publications changed'))
    }, LOOK_FOR_PUBLICATIONS_MS)
    try {
      await current.subscribe(
        new TemporarySlotPlugin({ protoVersion: 1, publicationNames: publications }),
        `realtime_${randomUUID().replaceAll('-', '')}`,
      )
    } finally {
      clearInterval(looking)
      setLive(false)
      await end(current)
      await read.close()
    }
    if (failure) throw failure
  }

  async function run(): Promise<void> {
    let wait = RETRY_MS
    while (!closing.signal.aborted) {
      const startedAt = performance.now()
      await follow().catch((error) => {
        if (!closing.signal.aborted)
          console.error(`Replication ended: ${error instanceof Error ? error.message : error}`)
      })
      // One that held for a while begins anew; one that ends at once is not asked for ever faster.
      wait = performance.now() - startedAt > RETRY_AT_MOST_MS ? RETRY_MS : wait
      await sleep(wait, undefined, { signal: closing.signal }).catch(() => {})
      wait = Math.min(wait * 2, RETRY_AT_MOST_MS)
    }
  }
  const running = run()
  return {
    isLive: () => isLive,
    async close() {
      closing.abort()
      let isRunning = true
      void running.then(() => {
        isRunning = false
      })
      const deadline = performance.now() + END_PATIENCE_MS
      // Again and again: one that is just connecting does not hear of it until it has.
      while (isRunning && performance.now() < deadline) {
        if (service) await end(service)
        await Promise.race([running, sleep(END_AGAIN_MS)])
      }
    },
  }
}
