import type { Queryable, Tx } from '../database.ts'
import type { AuthMethod } from '../tokens/methods.ts'

/** A row of auth.sessions as `to_jsonb` gives it, with its methods. */
export interface SessionRow extends Record<string, unknown> {
  id: string
  user_id: string
  created_at: string
  /** Without offset; UTC. */
  refreshed_at: string | null
  not_after: string | null
  aal: 'aal1' | 'aal2' | 'aal3' | null
  factor_id: string | null
  user_agent: string | null
  ip: string | null
  /** The newest first; `updated_at` in seconds. */
  methods: { method: string; timestamp: number }[]
}

const SESSION = `
  to_jsonb(s) || jsonb_build_object('methods', coalesce(
    (select jsonb_agg(jsonb_build_object(
       'method', c.authentication_method, 'timestamp', extract(epoch from c.updated_at)::bigint)
       order by c.updated_at desc)
     from auth.mfa_amr_claims c where c.session_id = s.id), '[]')) as record`

export async function findSession(db: Queryable, id: string): Promise<SessionRow | null> {
  const { rows } = await db.query<{ record: SessionRow }>(
    `select ${SESSION} from auth.sessions s where s.id = $1`,
    [id],
  )
  return rows[0]?.record ?? null
}

/** All of a user. */
export async function sessionsOf(tx: Tx, userId: string): Promise<SessionRow[]> {
  const { rows } = await tx.query<{ record: SessionRow }>(
    `select ${SESSION} from auth.sessions s where s.user_id = $1`,
    [userId],
  )
  return rows.map(({ record }) => record)
}

/** The session, locked until the end of the transaction: after its user. */
export async function lockSession(tx: Tx, id: string): Promise<SessionRow | null> {
  // What is read beside a lock may be older than what the lock waited for.
  const [, session] = await Promise.all([
    tx.query('select from auth.sessions where id = $1 for update', [id]),
    findSession(tx, id),
  ])
  return session
}

/** Notes how somebody has proved who they are in a session; a method that is there already is as of now. */
export async function addMethod(tx: Tx, sessionId: string, method: AuthMethod): Promise<void> {
  await tx.query(
    `insert into auth.mfa_amr_claims (id, session_id, created_at, updated_at, authentication_method)
     values (gen_random_uuid(), $1, now(), now(), $2)
     on conflict on constraint mfa_amr_claims_session_id_authentication_method_pkey do update set updated_at = now()`,
    [sessionId, method],
  )
}

/** Sets how sure we are of who is in a session, and by which factor. */
export async function setAssurance(
  tx: Tx,
  id: string,
  aal: 'aal1' | 'aal2',
  factorId: string | null,
): Promise<void> {
  await tx.query('update auth.sessions set aal = $2, factor_id = $3, updated_at = now() where id = $1', [
    id,
    aal,
    factorId,
  ])
}

/** Notes that a session goes on, and from where. */
export async function touchSession(
  tx: Tx,
  id: string,
  from: { userAgent: string | null; ip: string | null },
): Promise<void> {
  await tx.query(
    `update auth.sessions set refreshed_at = clock_timestamp() at time zone 'UTC', updated_at = now(),
       user_agent = $2, ip = $3
     where id = $1`,
    [id, from.userAgent || null, from.ip],
  )
}

export async function endSession(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from auth.sessions where id = $1', [id])
}

/** Ends the sessions of a user; a refresh token without session goes as well. */
export async function endSessions(
  tx: Tx,
  userId: string,
  { except = null }: { except?: string | null | undefined } = {},
): Promise<void> {
  await tx.query('delete from auth.sessions where user_id = $1 and id is distinct from $2', [userId, except])
  await tx.query('delete from auth.refresh_tokens where user_id = $1 and session_id is distinct from $2', [
    userId,
    except,
  ])
}
