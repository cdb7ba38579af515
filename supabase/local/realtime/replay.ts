import pg from 'pg'
import { toMessage } from './messages.ts'
import type { Message } from './types.ts'

/** Gives back the newest broadcasts that the database made in a private topic, for whoever may read it. */
export interface Replayer {
  /** @param options.since ms since 1970; @param options.limit 25 at most. Oldest first. */
  replay(topic: string, options: { since: number; limit?: number | undefined }): Promise<Message[]>
  close(): Promise<void>
}

const AT_MOST = 25

const NEWEST = {
  name: 'realtime_replay',
  text: `select id, topic, event, payload::text, binary_payload::text from realtime.messages
    where topic = $1 and private and extension = 'broadcast'
      and inserted_at >= to_timestamp($2::float8 / 1000) at time zone 'UTC'
    order by inserted_at desc, ctid desc limit $3`,
}

/** @param options.adminUrl logs in as supabase_realtime_admin: the caller has asked the policies before. */
export function createReplayer(options: { adminUrl: string }): Replayer {
  const pool = new pg.Pool({ connectionString: options.adminUrl, max: 2, connectionTimeoutMillis: 5000 })
  pool.on('error', () => {})
  return {
    async replay(topic, { since, limit = AT_MOST }) {
      const count = Math.min(AT_MOST, Math.max(1, Math.floor(limit) || AT_MOST))
      const from = Number.isFinite(since) ? Math.min(Math.max(since, 0), 8.64e15) : 0
      const { rows } = await pool.query({ ...NEWEST, values: [topic, from, count] })
      return rows
        .reverse()
        .map((row) => ({ ...toMessage({ ...row, private: 't' }), replayed: true as const }))
    },
    close: () => pool.end(),
  }
}
