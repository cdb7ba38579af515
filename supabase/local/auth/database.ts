import pg from 'pg'
import { AuthError, emailExists, phoneExists, unexpectedFailure, validationFailed } from './admin/errors.ts'

/** Whatever answers a query: a transaction, or the pool where one statement is all there is. */
export interface Queryable {
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string,
    values?: unknown[],
  ): Promise<{ rows: Row[]; rowCount: number | null }>
}

/**
 * A client within a transaction. What is asked before the last answer is there leaves in the same flight, and is
 * answered in its order.
 */
export interface Tx extends Queryable {
  readonly isTransaction: true
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

/** More than there are here. */
const NAMED_AT_MOST = 250
const names = new Map<string, string>()

/** A statement by a name, under which a connection parses and plans it once: those of Auth are all of its code. */
function named(text: string): { text: string; name?: string } {
  const name = names.get(text)
  if (name) return { name, text }
  if (names.size >= NAMED_AT_MOST) return { text }
  names.set(text, `auth_${names.size}`)
  return { name: names.get(text)!, text }
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
  /** The same, with what the caller is told when Postgres refuses. */
  alone(failure: string): Queryable
  close(): Promise<void>
}

/**
 * Opens a pool as supabase_auth_admin, the owner of schema auth.
 * @param max connections.
 */
export function openAuthDatabase(url: string, max = 8): AuthDatabase {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    options: '-c timezone=UTC',
    pipeline: true,
  } as pg.PoolConfig)
  // A connection that breaks while idle is replaced by the pool.
  pool.on('error', () => {})

  const alone = (failure: string): Queryable => ({
    async query(text, values = []) {
      try {
        return await pool.query(named(text), values)
      } catch (error) {
        throw translate(error, failure)
      }
    },
  })
  const one = alone('Database error finding user')

  return {
    async transaction(failure, work) {
      const client = await pool.connect().catch((error) => {
        throw translate(error, failure)
      })
      const tx: Tx = {
        isTransaction: true,
        query: (text, values = []) => client.query(named(text), values),
      }
      let isBroken = false
      try {
        // Not waited for: it leaves with the first statement.
        const begun = client.query('begin')
        begun.catch(() => {})
        const result = await work(tx)
        await begun
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
    query: async (text, values) => (await one.query<never>(text, values)).rows,
    pool: one,
    alone,
    close: () => pool.end(),
  }
}
