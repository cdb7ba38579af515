import { randomUUID } from 'node:crypto'
import type { Tx } from '../admin/database.ts'
import { AuthError, validationFailed } from '../admin/errors.ts'

/** What the app of a PKCE flow keeps to itself, hashed: only who knows it may exchange the code of the link. */
export interface Challenge {
  challenge: string
  method: 's256' | 'plain'
}

/** GoTrue's names of what a flow begins with. */
export type FlowMethod = 'email/signup' | 'magiclink' | 'recovery' | 'email_change'

/** The hash of a code whose link belongs to a PKCE flow begins with it. */
export const PKCE_PREFIX = 'pkce_'

const MOST_HOURS = 24

/**
 * The challenge of a request; null for the implicit flow.
 * @throws AuthError validation_failed
 */
export function readChallenge(body: Record<string, unknown>): Challenge | null {
  const { code_challenge: challenge = '', code_challenge_method: method = '' } = body
  if (!challenge && !method) return null
  if (typeof challenge !== 'string' || typeof method !== 'string' || !challenge || !method)
    throw validationFailed('PKCE flow requires code_challenge_method and code_challenge')
  if (challenge.length < 43 || challenge.length > 128)
    throw validationFailed('code challenge has to be between 43 and 128 characters')
  if (!/^[a-zA-Z._~0-9-]+$/.test(challenge))
    throw validationFailed(
      'code challenge can only contain alphanumeric characters, hyphens, periods, underscores and tildes',
    )
  const known = method.toLowerCase()
  if (known !== 's256' && known !== 'plain') throw validationFailed('Invalid code_challenge_method')
  return { challenge, method: known }
}

/** Notes a flow, so that the link of its mail can end it; those that nobody ended go after a day. */
export async function startFlow(
  tx: Tx,
  userId: string,
  flowMethod: FlowMethod,
  { challenge, method }: Challenge,
): Promise<void> {
  await tx.query('delete from auth.flow_state where created_at < now() - make_interval(hours => $1)', [
    MOST_HOURS,
  ])
  await tx.query(
    `insert into auth.flow_state
       (id, user_id, auth_code, authentication_method, code_challenge_method, code_challenge, provider_type,
        provider_access_token, provider_refresh_token)
     values ($1, $2, $3, $4, $5, $6, $7, '', '')`,
    [
      randomUUID(),
      userId,
      randomUUID(),
      flowMethod,
      method,
      challenge,
      flowMethod === 'email/signup' ? 'email' : flowMethod,
    ],
  )
}

/**
 * The code of a user's newest flow of this kind, to be exchanged with its verifier at /token?grant_type=pkce. Lite
 * counts its five minutes from created_at: they begin when the link is followed, not when the mail was sent.
 * @throws AuthError flow_state_not_found
 */
export async function issueAuthCode(tx: Tx, userId: string, flowMethod: FlowMethod): Promise<string> {
  const { rows } = await tx.query<{ auth_code: string }>(
    `update auth.flow_state set auth_code_issued_at = now(), created_at = now(), updated_at = now()
     where id = (
       select id from auth.flow_state
       where user_id = $1 and authentication_method = $2 and code_challenge is not null
       order by created_at desc limit 1
     )
     returning auth_code`,
    [userId, flowMethod],
  )
  if (!rows[0]) throw new AuthError(422, 'flow_state_not_found', 'No valid flow state found for user.')
  return rows[0].auth_code
}
