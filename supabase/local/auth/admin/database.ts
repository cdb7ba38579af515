import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { AuthError, emailExists, phoneExists, unexpectedFailure, validationFailed } from './errors.ts'

/** A client within a transaction. */
export type Tx = pg.PoolClient

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
   * Runs the work in one transaction.
   * @param failure what the caller is told when Postgres refuses for a reason of its own.
   */
  transaction<T>(failure: string, work: (tx: Tx) => Promise<T>): Promise<T>
  query<Row extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<Row[]>
  close(): Promise<void>
}

/** Opens a small pool as supabase_auth_admin, the owner of schema auth. */
export function openAuthDatabase(url: string): AuthDatabase {
  const pool = new pg.Pool({ connectionString: url, max: 4, options: '-c timezone=UTC' })
  // A connection that breaks while idle is replaced by the pool.
  pool.on('error', () => {})

  return {
    async transaction(failure, work) {
      const client = await pool.connect()
      try {
        await client.query('begin')
        const result = await work(client)
        await client.query('commit')
        return result
      } catch (error) {
        await client.query('rollback').catch(() => {})
        throw translate(error, failure)
      } finally {
        client.release()
      }
    },
    async query(text, values) {
      try {
        return (await pool.query(text, values)).rows
      } catch (error) {
        throw translate(error, 'Database error finding user')
      }
    },
    close: () => pool.end(),
  }
}

/** What the audit log says happened; GoTrue's names. */
export type AuditAction =
  | 'user_signedup'
  | 'user_modified'
  | 'user_deleted'
  | 'user_invited'
  | 'user_recovery_requested'
  | 'user_confirmation_requested'
  | 'user_repeated_signup'
  | 'user_reauthenticate_requested'

type Named = { id: string; email: string | null; phone: string | null }

const SERVICE_ROLE: Named = {
  id: '00000000-0000-0000-0000-000000000000',
  email: 'service_role',
  phone: null,
}

/** Leaves a line in auth.audit_log_entries for what was done to a user, by the service role unless it says who. */
export async function audit(tx: Tx, action: AuditAction, user: Named, actor = SERVICE_ROLE): Promise<void> {
  const payload = {
    action,
    actor_id: actor.id,
    actor_username: actor.email ?? actor.phone ?? '',
    actor_via_sso: false,
    log_type: actor === SERVICE_ROLE ? 'team' : 'user',
    traits: { user_id: user.id, user_email: user.email ?? '', user_phone: user.phone ?? '' },
  }
  await tx.query('insert into auth.audit_log_entries (id, payload) values ($1, $2)', [randomUUID(), payload])
}
