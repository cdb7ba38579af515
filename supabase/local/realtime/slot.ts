import pg from 'pg'
import { type Pgoutput, PgoutputPlugin } from 'pg-logical-replication'

const PUBLICATIONS = ['supabase_realtime', 'supabase_realtime_messages_publication']

/** A message of the log that could not be read; whoever takes it starts again from a new slot. */
export interface Unreadable {
  tag: 'unreadable'
  error: unknown
}

/** What a slot tells. */
export type SlotMessage = Pgoutput.Message | Unreadable

type TextColumn = { parser: (text: string) => unknown }

/** Reads pgoutput from a slot that lives as long as the connection; every value stays as text. */
export class TemporarySlotPlugin extends PgoutputPlugin {
  override parse(buffer: Buffer): Pgoutput.Message {
    try {
      const message = super.parse(buffer)
      if (message.tag === 'relation')
        for (const column of message.columns as TextColumn[]) column.parser = (text) => text
      return message
    } catch (error) {
      // Thrown here it would reach nobody but the process: this runs inside the socket's own event.
      return { tag: 'unreadable', error } satisfies Unreadable as never
    }
  }

  override async start(client: pg.Client, slotName: string, _lastLsn: string): Promise<pg.QueryResult> {
    await client.query(`CREATE_REPLICATION_SLOT "${slotName}" TEMPORARY LOGICAL pgoutput NOEXPORT_SNAPSHOT`)
    // There is no earlier position to go on from: the slot is new.
    return super.start(client, slotName, '0/0')
  }
}

/**
 * Those of our publications that exist, in a fixed order. Postgres ends a slot that names a missing one at the
 * first change of any table: one publication that an admin dropped would silence the other.
 */
export async function existingPublications(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000, query_timeout: 5000 })
  client.on('error', () => {})
  await client.connect()
  try {
    const { rows } = await client.query<{ pubname: string }>(
      'select pubname from pg_publication where pubname = any($1) order by pubname',
      [PUBLICATIONS],
    )
    return rows.map(({ pubname }) => pubname)
  } finally {
    await client.end()
  }
}
