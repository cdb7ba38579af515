import pg from 'pg'
import { AuthError, emailExists, phoneExists, unexpectedFailure, validationFailed } from './admin/errors.ts'

/** A client within a transaction. */
export type Tx = pg.PoolClient

/** Whatever answers a query: a transaction, or the pool where one statement is all there is. */
export interface Queryable {
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string,
    values?: unknown[],
  ): Promise<{ rows: Row[]; rowCount: number | null }>
}

/** Refuses a request whose transaction is kept: what it wrote is how the next one is refused too. */
export class CommitError extends Error {
  override name = 'CommitError'
  answer: AuthError
  constructor(answer: AuthError) {
    super(answer.message)
    this.answer = answer
  }
}

const UNIQUE: Record<string, () => AuthError> = {
  users_email_partial_key: emailExists,
  users_phone_key: phoneExists,
  users_pkey: () => new AuthError(422, 'user_already_exists', 'A user with this id already exists'),
}

// A NUL or a lone surrogate in a text, a text that is too long: the caller's doing.
const BAD_TEXT = new Set(['22001', '22021', '22P02', '22P05'])

/** The error a caller sees for one of Postgres. */
function translate(error: unknown, failure: string): AuthError {
  if (error instanceof AuthError) return error
  const { code, constraint } = error as pg.DatabaseError
  if (code === '23505' && UNIQUE[constraint ?? '']) return UNIQUE[constraint!]!()
  if (code && BAD_TEXT.has(code)) return validationFailed('The request holds text that cannot be stored')
  return unexpectedFailure(failure, error)
}

export interface AuthDatabase {
  /**
   * Runs the work in one transaction. Who locks several rows does it in one order: the user, the session, its tokens.
   * @param failure what the caller is told when Postgres refuses for a reason of its own.
   */
  transaction<T>(failure: string, work: (tx: Tx) => Promise<T>): Promise<T>
  query<Row extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<Row[]>
  /** For one statement, which needs no transaction. */
  pool: Queryable
  close(): Promise<void>
}

/**
 * Opens a pool as supabase_auth_admin, the owner of schema auth.
 * @param max connections.
 */
export function openAuthDatabase(url: string, max = 8): AuthDatabase {
  const pool = new pg.Pool({ connectionString: url, max, options: '-c timezone=UTC' })
  // A connection that breaks while idle is replaced by the pool.
  pool.on('error', () => {})

  const one: Queryable['query'] = async (text, values) => {
    try {
      return await pool.query(text, values)
    } catch (error) {
      throw translate(error, 'Database error finding user')
    }
  }

  return {
    async transaction(failure, work) {
      const client = await pool.connect().catch((error) => {
        throw translate(error, failure)
      })
      let isBroken = false
      try {
        await client.query('begin')
        const result = await work(client)
        await client.query('commit')
        return result
      } catch (error) {
        const isKept = error instanceof CommitError
        await client.query(isKept ? 'commit' : 'rollback').catch(() => {
          isBroken = true
        })
        throw isKept ? error.answer : translate(error, failure)
      } finally {
        client.release(isBroken)
      }
    },
    query: async (text, values) => (await one<never>(text, values)).rows,
    pool: { query: one },
    close: () => pool.end(),
  }
}
