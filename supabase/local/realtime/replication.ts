import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { LogicalReplicationService, type Pgoutput, PgoutputPlugin } from 'pg-logical-replication'
import { createTransactionReader } from './transactions.ts'

/** A table as the log describes it. */
export interface Relation {
  schema: string
  table: string
  columns: { name: string; type: string; typeOid: number; isKey: boolean }[]
  replicaIdentity: 'default' | 'nothing' | 'full' | 'index'
}

/** One row that changed; values are Postgres' text, and one that was too large to be told again is absent. */
export interface Change {
  relation: Relation
  type: 'INSERT' | 'UPDATE' | 'DELETE'
  record: Record<string, string | null> | null
  /** What the log tells of the row before: all of it, its key, or nothing, by the table's replica identity. */
  old: Record<string, string | null> | null
  /** YYYY-MM-DDTHH:MM:SS.mmmZ */
  commitTimestamp: string
}

export interface Replication {
  isLive(): boolean
  close(): Promise<void>
}

export interface ReplicationOptions {
  /** Logs in as a role that may replicate. */
  url: string
  /** Takes the changes of a transaction in their order, a large one in several parts; the log waits for it. */
  onTransaction(changes: Change[]): void | Promise<void>
  onState(state: 'live' | 'lost'): void
}

const PUBLICATIONS = ['supabase_realtime', 'supabase_realtime_messages_publication']
const [RETRY_MS, RETRY_AT_MOST_MS] = [500, 10_000]

// As to_jsonb writes: times in UTC, every digit of a float.
const SESSION =
  '-c timezone=UTC -c datestyle=ISO -c extra_float_digits=3 -c bytea_output=hex -c intervalstyle=postgres'

type TextColumn = { parser: (text: string) => unknown }

/** Reads pgoutput from a slot that lives as long as the connection; every value stays as text. */
class TemporarySlotPlugin extends PgoutputPlugin {
  override parse(buffer: Buffer): Pgoutput.Message {
    const message = super.parse(buffer)
    if (message.tag === 'relation')
      for (const column of message.columns as TextColumn[]) column.parser = (text) => text
    return message
  }

  override async start(client: pg.Client, slotName: string, _lastLsn: string): Promise<pg.QueryResult> {
    await client.query(`CREATE_REPLICATION_SLOT "${slotName}" TEMPORARY LOGICAL pgoutput NOEXPORT_SNAPSHOT`)
    // There is no earlier position to go on from: the slot is new.
    return super.start(client, slotName, '0/0')
  }
}

/**
 * Follows what is committed, from now on, until it is closed; a lost connection is made again. What was committed
 * in between is not told: `onState` is.
 */
export async function startReplication({
  url,
  onTransaction,
  onState,
}: ReplicationOptions): Promise<Replication> {
  let isClosed = false
  let isLive = false
  let service: LogicalReplicationService | undefined

  async function follow(): Promise<void> {
    const current = new LogicalReplicationService(
      { connectionString: url, options: SESSION, keepAlive: true },
      { acknowledge: { auto: false, timeoutSeconds: 5 }, flowControl: { enabled: true } },
    )
    service = current
    const read = createTransactionReader(url, onTransaction)
    let failure: unknown
    current.on('error', (error: unknown) => {
      failure ??= error
      void current.stop().catch(() => {})
    })
    current.on('start', () => {
      isLive = true
      onState('live')
    })
    current.on('heartbeat', (lsn: string, _at: number, mustAnswer: boolean) => {
      if (mustAnswer) void current.acknowledge(lsn)
    })
    current.on('data', (_lsn: string, message: Pgoutput.Message) => read.take(message))
    try {
      await current.subscribe(
        new TemporarySlotPlugin({ protoVersion: 1, publicationNames: PUBLICATIONS }),
        `realtime_${randomUUID().replaceAll('-', '')}`,
      )
    } finally {
      await current.destroy().catch(() => {})
      await read.close()
    }
    if (failure) throw failure
  }

  async function run(): Promise<void> {
    for (let wait = RETRY_MS; !isClosed; wait = Math.min(wait * 2, RETRY_AT_MOST_MS)) {
      await follow().catch((error) => {
        if (!isClosed) console.error(`Replication ended: ${error instanceof Error ? error.message : error}`)
      })
      if (isLive) {
        isLive = false
        wait = RETRY_MS
        if (!isClosed) onState('lost')
      }
      if (!isClosed) await sleep(wait)
    }
  }
  const running = run()
  return {
    isLive: () => isLive,
    async close() {
      isClosed = true
      await service?.destroy().catch(() => {})
      await running
    },
  }
}
