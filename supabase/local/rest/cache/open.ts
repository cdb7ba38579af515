import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { listen } from '../../../../server/db/listen.ts'
import { RestError } from '../error.ts'
import { type Exposed, readSchemaCache } from './read.ts'
import type { SchemaCache } from './types.ts'

const CONNECT_MS = 10_000
const READ_MS = 30_000
/** How long a request waits for a reading that has begun; then it is served by what was read before. */
const SETTLE_MS = 1000

export interface OpenSchemaCache {
  /** @throws RestError 503 PGRST002 while none was ever read. */
  current(): SchemaCache
  /** As `current`, after the reading that has begun, if one has: for what was just made to be found. */
  settled(): Promise<SchemaCache>
  /** Reads it again; what is asked meanwhile is one more reading, for all who ask. */
  reload(): Promise<void>
  close(): Promise<void>
}

/**
 * Keeps what the database serves, and reads it again whenever `NOTIFY pgrst` says so: DDL does. What cannot be read
 * leaves what was read before, and is tried again until it can.
 * @param options.url of a role that sees all of the catalog, such as our owner.
 */
export function openSchemaCache(options: Exposed & { url: string }): OpenSchemaCache {
  let cache: SchemaCache | undefined
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  let isClosed = false

  async function read() {
    const client = new pg.Client({
      connectionString: options.url,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: READ_MS,
    })
    client.on('error', () => {})
    try {
      await client.connect()
      cache = await readSchemaCache(client, options, cache)
    } finally {
      await client.end().catch(() => {})
    }
  }

  function start(): Promise<void> {
    next = undefined
    if (isClosed) return Promise.resolve()
    running = read().finally(() => {
      running = undefined
    })
    return running
  }

  // One that has begun may have seen the moment before: who asks now waits for another, the same for all.
  function reload(): Promise<void> {
    if (isClosed) return Promise.resolve()
    if (!running) return start()
    next ??= running.catch(() => {}).then(start)
    return next
  }

  // At once, for those who come first; what changes until it listens is read with the listener's own.
  reload().catch(() => {})
  const listener = listen(options.url, 'pgrst', async (payload) => {
    // A lost connection heard nothing: when it is back, all is read. A reading that fails breaks it, and so is repeated.
    if (payload === null || payload === 'reload schema') await reload()
  })

  function current() {
    if (cache) return cache
    throw new RestError(503, 'PGRST002', 'Could not query the database for the schema cache. Retrying.')
  }

  return {
    current,
    async settled() {
      const pending = next ?? running
      if (pending) await Promise.race([pending.catch(() => {}), wait(SETTLE_MS, undefined, { ref: false })])
      return current()
    },
    reload,
    async close() {
      isClosed = true
      await listener.close()
      await (next ?? running)?.catch(() => {})
    },
  }
}
