import { AuthError, userNotFound } from '../admin/errors.ts'
import type { AuthContext, Call } from '../context.ts'
import type { Queryable, Tx } from '../database.ts'
import { audit } from '../records/audit.ts'
import { beginSession, type NewSession } from '../records/new-session.ts'
import { findLiveToken, replaceRefreshToken } from '../records/refresh-tokens.ts'
import { addMethod, findSession, lockSession, type SessionRow, setAssurance } from '../records/sessions.ts'
import { userJson } from '../records/user-json.ts'
import { lockUser, type UserRow } from '../records/users.ts'
import { type AccessToken, signAccessToken } from './access-token.ts'
import { type AuthMethod, assuranceOf } from './methods.ts'

/** What GoTrue answers to whoever has a session now. */
export interface SessionAnswer {
  access_token: string
  token_type: 'bearer'
  expires_in: number
  expires_at: number
  refresh_token: string
  user: Record<string, unknown>
  provider_token?: string
  provider_refresh_token?: string
  weak_password?: unknown
}

/** Where a session is used from. */
export const placeOf = ({ request, ip }: Call) => ({ userAgent: request.headers.get('user-agent'), ip })

export const sessionAnswer = (
  { token, expiresAt, expiresIn }: AccessToken,
  refreshToken: string,
  user: UserRow,
): SessionAnswer => ({
  access_token: token,
  token_type: 'bearer',
  expires_in: expiresIn,
  expires_at: expiresAt,
  refresh_token: refreshToken,
  user: userJson(user),
})

export interface IssueOptions extends Pick<NewSession, 'passwordHash' | 'audit'> {
  /** What else the answer holds: tokens of a provider. */
  extra?: Partial<SessionAnswer>
}

/**
 * Begins a session, and signs its first token.
 * @param db a transaction where config.toml has a hook; otherwise one statement is all that is asked of it.
 * @param method how the person has proved who they are.
 * @throws AuthError user_not_found, also where its password is no longer the one of the options, or it may not enter.
 */
export async function issueSession(
  db: Queryable,
  context: AuthContext,
  call: Call,
  userId: string,
  method: AuthMethod,
  { extra = {}, ...conditions }: IssueOptions = {},
): Promise<SessionAnswer> {
  const begun = await beginSession(db, { userId, method, factorId: null, ...placeOf(call), ...conditions })
  if (!begun) throw userNotFound()
  const { user, session, refreshToken } = begun
  const token = await signAccessToken(db, context, call, user, session, method)
  return { ...sessionAnswer(token, refreshToken, user), ...extra }
}

/**
 * Notes a second proof in a session that goes on: from here on its tokens say `aal2`, and the refresh token of before is
 * replaced.
 * @throws AuthError session_not_found where it has ended meanwhile.
 */
export async function raiseSession(
  tx: Tx,
  context: AuthContext,
  call: Call,
  { id }: Pick<SessionRow, 'id'>,
  userId: string,
  method: AuthMethod,
  factorId: string | null,
): Promise<SessionAnswer> {
  const user = await lockUser(tx, userId)
  const locked = await lockSession(tx, id)
  const live = locked && (await findLiveToken(tx, id))
  if (!live)
    throw new AuthError(403, 'session_not_found', 'Session from session_id claim in JWT does not exist')
  await addMethod(tx, id, method)
  const session = (await findSession(tx, id))!
  await setAssurance(tx, id, assuranceOf(session.methods), factorId)
  await audit(tx, 'token_revoked', user)
  const refreshToken = await replaceRefreshToken(tx, live)
  const token = await signAccessToken(tx, context, call, user, session, method)
  return sessionAnswer(token, refreshToken, user)
}
