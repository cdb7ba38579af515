import { createHash, randomUUID, timingSafeEqual } from 'node:crypto'
import { AuthError } from '../admin/errors.ts'
import type { Queryable, Tx } from '../database.ts'

/** What the app of a PKCE flow keeps to itself, hashed: only who knows it may exchange the code of the link. */
export interface Challenge {
  challenge: string
  method: 's256' | 'plain'
}

/** What a flow begins with; GoTrue's names. */
export type FlowMethod = 'email/signup' | 'magiclink' | 'recovery' | 'invite' | 'email_change' | 'oauth'

/** A row of auth.flow_state, as far as it is read. */
export interface FlowState extends Record<string, unknown> {
  id: string
  user_id: string | null
  auth_code: string | null
  authentication_method: FlowMethod
  code_challenge: string | null
  code_challenge_method: 's256' | 'plain' | null
  provider_type: string
  provider_access_token: string | null
  provider_refresh_token: string | null
  /** Longer than five minutes since its code was issued. */
  has_expired: boolean
}

export interface NewFlow {
  /** Null where nobody is known yet, as before a provider has answered. */
  userId: string | null
  method: FlowMethod
  /** `email`, or the provider that is asked. */
  providerType?: string
  /** Null for the implicit flow. */
  challenge: Challenge | null
  inviteToken?: string | null
  /** Where the flow is to end. */
  referrer?: string | null
  linkingTargetId?: string | null
}

const CODE_MINUTES = 5

/** Notes a flow, so that its link can end it; those that nobody ended are swept. @returns its id. */
export async function startFlow(tx: Tx, flow: NewFlow): Promise<string> {
  const { userId, method, challenge } = flow
  const id = randomUUID()
  await tx.query(
    `insert into auth.flow_state
       (id, user_id, auth_code, authentication_method, code_challenge_method, code_challenge, provider_type,
        provider_access_token, provider_refresh_token, invite_token, referrer, linking_target_id,
        created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, '', '', $8, $9, $10, now(), now())`,
    [
      id,
      userId,
      challenge && randomUUID(),
      method,
      challenge?.method,
      challenge?.challenge,
      flow.providerType ?? (method === 'email/signup' ? 'email' : method),
      flow.inviteToken,
      flow.referrer,
      flow.linkingTargetId,
    ],
  )
  return id
}

/**
 * The code of a user's newest flow of this kind, to be exchanged with its verifier at /token?grant_type=pkce. Its five
 * minutes begin here, when the link is followed, and not when the mail was sent.
 * @throws AuthError flow_state_not_found
 */
export async function issueAuthCode(tx: Tx, userId: string, method: FlowMethod): Promise<string> {
  const { rows } = await tx.query(
    `update auth.flow_state set auth_code_issued_at = now(), updated_at = now()
     where id = (
       select id from auth.flow_state
       where user_id = $1 and authentication_method = $2 and code_challenge is not null
       order by created_at desc limit 1
     )
     returning auth_code`,
    [userId, method],
  )
  if (!rows[0])
    throw new AuthError(
      400,
      'flow_state_not_found',
      'No associated flow state found. No valid flow state found for user.',
    )
  return rows[0].auth_code
}

const COLUMNS = `id, user_id, auth_code, authentication_method, code_challenge_method, code_challenge, provider_type,
  provider_access_token, provider_refresh_token,
  coalesce(auth_code_issued_at, created_at) < now() - make_interval(mins => ${CODE_MINUTES}) as has_expired`

const byCode = (db: Queryable, authCode: string, lock = '') =>
  db.query<FlowState>(`select ${COLUMNS} from auth.flow_state where auth_code = $1 ${lock}`, [authCode])

/** The flow that a code belongs to. */
export async function findFlowByCode(db: Queryable, authCode: string): Promise<FlowState | null> {
  return (await byCode(db, authCode)).rows[0] ?? null
}

/** The same, locked until the end of the transaction: a code is exchanged once. Its user is locked before. */
export async function lockFlowByCode(tx: Tx, authCode: string): Promise<FlowState | null> {
  return (await byCode(tx, authCode, 'for update')).rows[0] ?? null
}

/** A flow ends when its code is exchanged. */
export async function endFlow(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from auth.flow_state where id = $1', [id])
}

/**
 * Ends what a user has begun and not finished: a code that waits to be exchanged, an identity that is being added.
 * Otherwise whoever is put out of an account comes back by it.
 */
export async function endFlowsOf(tx: Tx, userId: string): Promise<void> {
  await tx.query('delete from auth.flow_state where user_id = $1 or linking_target_id = $1', [userId])
}

/** @throws AuthError bad_code_verifier unless the flow began with the hash of this verifier. */
export function assertVerifier(flow: FlowState, verifier: string): void {
  const given =
    flow.code_challenge_method === 'plain'
      ? verifier
      : createHash('sha256').update(verifier).digest('base64url')
  const [a, b] = [Buffer.from(given), Buffer.from(flow.code_challenge ?? '')]
  if (a.length !== b.length || !timingSafeEqual(a, b))
    throw new AuthError(
      400,
      'bad_code_verifier',
      'code challenge does not match previously saved code verifier',
    )
}
