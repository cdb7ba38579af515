import { randomUUID } from 'node:crypto'
import pg from 'pg'
import type { Claims } from '../../../server/db/types.ts'

/** What policies on realtime.messages let somebody do in a topic. */
export interface Grants {
  broadcast: boolean
  presence: boolean
}

export const EVERYTHING: Grants = { broadcast: true, presence: true }
export const NOTHING: Grants = { broadcast: false, presence: false }

/** Asks the policies on realtime.messages; every question leaves the table as it was. */
export interface Authorizer {
  read(topic: string, claims: Claims): Promise<Grants>
  write(topic: string, claims: Claims): Promise<Grants>
  close(): Promise<void>
}

// Everything below holds only inside the transaction: if it did not begin, realtime.topic is not set, the role is
// not taken, and no row is written or shown.
const CONTEXT = {
  name: 'realtime_context',
  text: `select set_config('realtime.topic', $1, true), set_config('request.jwt.claims', $2, true)`,
}
const PROBE = {
  name: 'realtime_probe',
  text: `insert into realtime.messages (id, topic, extension, private)
    select p.id, $1, p.extension, true from (values ($2::uuid, 'broadcast'), ($3::uuid, 'presence')) as p (id, extension)
    where current_setting('realtime.topic', true) = $1`,
}
const BECOME = { name: 'realtime_become', text: `select set_config('role', $1, true)` }
// Roles 'none' and the one that logs in would be asked as the table's owner, whom no policy binds.
const VISIBLE = {
  name: 'realtime_visible',
  text: `select id, extension from realtime.messages
    where topic = $1 and id in ($2, $3) and current_user <> session_user`,
}
const WRITE = {
  name: 'realtime_write',
  text: `insert into realtime.messages (topic, extension, private)
    select $1, $2, true where current_setting('realtime.topic', true) = $1 and current_user <> session_user`,
}

// Not a verdict of a policy: no connection, resources, an operator's stop. Anything else is a refusal.
const isOutage = (error: unknown) => {
  const code = (error as { code?: string }).code
  return code === undefined || !/^[0-9A-Z]{5}$/.test(code) || /^(08|53|57|58|XX)/.test(code)
}

/**
 * Opens the connections that ask.
 * @param options.adminUrl logs in as supabase_realtime_admin, who owns the table and may become every API role.
 */
export function createAuthorizer(options: { adminUrl: string }): Authorizer {
  const pool = new pg.Pool({
    connectionString: options.adminUrl,
    max: 5,
    pipeline: true,
    connectionTimeoutMillis: 5000,
    query_timeout: 8000,
    keepAlive: true,
  } as pg.PoolConfig)
  pool.on('error', () => {})

  /** Statements of one transaction that leave in one flight and are undone; the result of each, or its error. */
  async function undone(statements: pg.QueryConfig[]): Promise<PromiseSettledResult<pg.QueryResult>[]> {
    const client = await pool.connect()
    let failure: Error | undefined
    const onError = (error: Error) => {
      failure = error
    }
    client.on('error', onError)
    try {
      const all = [{ text: 'begin' }, ...statements, { text: 'rollback' }]
      const results = await Promise.allSettled(all.map((statement) => client.query(statement)))
      const last = results.at(-1)!
      // A connection whose transaction may still be open is not used again.
      if (last.status === 'rejected') failure = last.reason
      const outage = results.find((result) => result.status === 'rejected' && isOutage(result.reason))
      if (outage?.status === 'rejected') throw outage.reason
      return results.slice(1, -1)
    } finally {
      client.off('error', onError)
      client.release(failure)
    }
  }
  const context = (topic: string, claims: Claims) => ({ ...CONTEXT, values: [topic, JSON.stringify(claims)] })
  const become = ({ role }: Claims) => ({ ...BECOME, values: [role] })

  return {
    async read(topic, claims) {
      const values = [topic, randomUUID(), randomUUID()]
      const results = await undone([
        context(topic, claims),
        { ...PROBE, values },
        become(claims),
        { ...VISIBLE, values },
      ])
      const visible = results.at(-1)!
      const rows = visible.status === 'fulfilled' ? visible.value.rows : []
      const sees = (extension: string) => rows.some((row) => row.extension === extension)
      return { broadcast: sees('broadcast'), presence: sees('presence') }
    },
    async write(topic, claims) {
      const results = await undone([
        context(topic, claims),
        become(claims),
        { text: 'savepoint probe' },
        { ...WRITE, values: [topic, 'broadcast'] },
        { text: 'rollback to savepoint probe' },
        { ...WRITE, values: [topic, 'presence'] },
      ])
      const wrote = (at: number) => {
        const result = results[at]!
        return result.status === 'fulfilled' && result.value.rowCount === 1
      }
      return { broadcast: wrote(3), presence: wrote(5) }
    },
    close: () => pool.end(),
  }
}
