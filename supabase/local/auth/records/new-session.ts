import { randomUUID } from 'node:crypto'
import type { Queryable } from '../database.ts'
import type { AuthMethod } from '../tokens/methods.ts'
import { newRefreshToken } from './refresh-tokens.ts'
import type { SessionRow } from './sessions.ts'
import { NIL_UUID, USER, type UserRow } from './users.ts'

export interface NewSession {
  userId: string
  /** How the person has proved who they are. */
  method: AuthMethod
  factorId: string | null
  userAgent: string | null
  ip: string | null
  /** The hash that a password was compared with: whoever has another by now, or may not enter, gets no session. */
  passwordHash?: string | undefined
  /** Line of the audit log that goes with it. */
  audit?: Record<string, unknown> | undefined
}

export interface BegunSession {
  user: UserRow
  session: Pick<SessionRow, 'id' | 'methods'>
  refreshToken: string
}

// One statement, and so one answer to wait for and, where it stands alone, one commit. Its snapshot may be older than
// the row that it changes, which is judged as it is then: a password that was changed meanwhile has ended its sessions,
// and none begins after that.
const BEGIN = `
  with entered as (
    update auth.users u set last_sign_in_at = now(), updated_at = now()
    where u.id = $1 and ($2::text is null or u.encrypted_password = $2 and u.email_confirmed_at is not null
      and (u.banned_until is null or u.banned_until <= now()))
    returning u.*
  ), session as (
    insert into auth.sessions (id, user_id, created_at, updated_at, factor_id, aal, user_agent, ip)
    select $3::uuid, e.id, now(), now(), $4::uuid, 'aal1', $5, $6::inet from entered e
  ), method as (
    insert into auth.mfa_amr_claims (id, session_id, created_at, updated_at, authentication_method)
    select gen_random_uuid(), $3::uuid, now(), now(), $7 from entered
  ), token as (
    insert into auth.refresh_tokens (instance_id, token, user_id, session_id, revoked, created_at, updated_at)
    select $8::uuid, $9, e.id::text, $3::uuid, false, now(), now() from entered e
  ), line as (
    insert into auth.audit_log_entries (instance_id, id, payload, created_at, ip_address)
    select $8::uuid, gen_random_uuid(), $10::json, now(), '' from entered where $10::json is not null
  )
  select ${USER}, extract(epoch from now())::bigint::text as at from entered u`

/**
 * Begins a session: notes when its person entered and how, and gives it its first refresh token.
 * @returns null where there is no such account, or it has not the password.
 */
export async function beginSession(db: Queryable, wanted: NewSession): Promise<BegunSession | null> {
  const [id, refreshToken] = [randomUUID(), newRefreshToken()]
  const { rows } = await db.query<{ record: UserRow; at: string }>(BEGIN, [
    wanted.userId,
    wanted.passwordHash ?? null,
    id,
    wanted.factorId,
    wanted.userAgent || null,
    wanted.ip,
    wanted.method,
    NIL_UUID,
    refreshToken,
    wanted.audit ?? null,
  ])
  if (!rows[0]) return null
  const methods = [{ method: wanted.method, timestamp: Number(rows[0].at) }]
  return { user: rows[0].record, session: { id, methods }, refreshToken }
}
