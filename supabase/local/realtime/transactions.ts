import type { Pgoutput } from 'pg-logical-replication'
import type { Change, Relation } from './change.ts'
import type { SlotMessage } from './slot.ts'
import { createTypeNames } from './type-names.ts'

// What is handed over at once, and what waits at most before the log does.
const [BATCH, BATCH_CHARACTERS] = [1000, 4_000_000]

/** Puts the messages of the log together to changes. */
export interface TransactionReader {
  /** Comes back at once unless what waits is a whole batch. @throws what makes the log useless. */
  take(message: SlotMessage): Promise<void>
  /** Waits for what is being handed over; what waits behind it is let go. */
  close(): Promise<void>
}

type Row = Record<string, string | null>

/** A row without the values that the log left out. */
const told = (row: Record<string, unknown> | null): Row | null =>
  row && (Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as Row)

const sizeOf = (row: Row | null) => {
  let size = 0
  for (const name in row) size += row[name]?.length ?? 0
  return size
}

/** @param onTransaction takes changes in the order of the log, never twice at the same time. */
export function createTransactionReader(
  url: string,
  onTransaction: (changes: Change[]) => void | Promise<void>,
): TransactionReader {
  const types = createTypeNames(url)
  const relations = new WeakMap<Pgoutput.MessageRelation, Relation>()
  let waiting: Change[] = []
  let characters = 0
  let handingOver: Promise<void> | undefined
  let commitTimestamp = ''
  let xid = 0

  async function relationOf(message: Pgoutput.MessageRelation): Promise<Relation> {
    const known = relations.get(message)
    if (known) return known
    // An oid has no sign.
    const oids = message.columns.map(({ typeOid }) => typeOid >>> 0)
    await types.load(oids)
    const relation: Relation = {
      schema: message.schema,
      table: message.name,
      replicaIdentity: message.replicaIdentity,
      columns: message.columns.map(({ name, flags }, n) => ({
        name,
        typeOid: oids[n]!,
        type: types.nameOf(oids[n]!),
        base: types.baseOf(oids[n]!),
        isKey: (flags & 1) === 1,
      })),
    }
    relations.set(message, relation)
    return relation
  }

  /** Small transactions that come while one is handed over go together: each would cost its own questions. */
  async function handOver() {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      characters = 0
      try {
        await onTransaction(batch)
      } catch (error) {
        console.error(error)
      }
    }
    handingOver = undefined
  }

  async function add(change: Change) {
    waiting.push(change)
    characters += sizeOf(change.record) + sizeOf(change.old)
    if (waiting.length < BATCH && characters < BATCH_CHARACTERS) return
    if (handingOver) await handingOver
    else {
      handingOver = handOver()
      await handingOver
    }
  }

  return {
    async take(message) {
      switch (message.tag) {
        case 'begin':
          // Microseconds since 1970.
          commitTimestamp = new Date(Number(message.commitTime.valueOf() / 1000n)).toISOString()
          xid = message.xid >>> 0
          return
        case 'commit':
          handingOver ??= waiting.length > 0 ? handOver() : undefined
          return
        case 'insert':
        case 'update':
        case 'delete':
          return add({
            relation: await relationOf(message.relation),
            type: message.tag.toUpperCase() as Change['type'],
            record: message.tag === 'delete' ? null : told(message.new),
            old: message.tag === 'insert' ? null : told(message.old ?? message.key),
            commitTimestamp,
            xid,
          })
        case 'unreadable':
          throw message.error
      }
    },
    async close() {
      waiting = []
      await handingOver
      await types.close()
    },
  }
}
