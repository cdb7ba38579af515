import type { Change } from './change.ts'
import type { Message } from './types.ts'

/** The broadcast in a row of realtime.messages, as replication tells it; null for anything else. */
export function messageOf({ relation, type, record }: Change): Message | null {
  if (relation.schema !== 'realtime' || !/^messages(_\d{4}_\d\d_\d\d)?$/.test(relation.table)) return null
  if (type !== 'INSERT' || record?.extension !== 'broadcast') return null
  return toMessage(record)
}

/** A row of realtime.messages, its values as Postgres writes them, as a broadcast. */
export function toMessage(row: Record<string, string | null>): Message {
  const binary = row.binary_payload
  return {
    topic: row.topic!,
    isPrivate: row.private === 't',
    event: row.event ?? '',
    // bytea as text: \x and hexadecimal digits.
    payload: binary ? { binary: Buffer.from(binary.slice(2), 'hex') } : { json: row.payload ?? '{}' },
    id: row.id!,
  }
}
