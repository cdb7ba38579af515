import { AuthError, validationFailed } from '../admin/errors.ts'
import { type AuthContext, type Call, json } from '../context.ts'
import { CommitError, type Tx } from '../database.ts'
import { inLanes } from '../in-turns.ts'
import { audit } from '../records/audit.ts'
import { isBanned, updateUser } from '../records/change-user.ts'
import {
  deleteRefreshToken,
  findLiveToken,
  findRefreshToken,
  type RefreshTokenRow,
  replaceRefreshToken,
  revokeFamily,
} from '../records/refresh-tokens.ts'
import { lockSession, type SessionRow, sessionsOf, touchSession } from '../records/sessions.ts'
import { lockUser, type UserRow } from '../records/users.ts'
import { signAccessToken } from './access-token.ts'
import { placeOf, type SessionAnswer, sessionAnswer } from './issue.ts'
import type { TokenSettings } from './settings.ts'
import { endOf, lastUsed } from './validity.ts'

const refused = (code: string, why: string) => new AuthError(400, code, `Invalid Refresh Token: ${why}`)
const notFound = () => refused('refresh_token_not_found', 'Refresh Token Not Found')
const noSession = () => refused('session_not_found', 'No Valid Session Found')

/** @throws AuthError validation_failed for what no server has issued. */
function tokenOf({ body }: Call): string {
  const { refresh_token: token } = body
  const isOne =
    typeof token === 'string' && (token.length === 12 ? /^[a-z0-9]+$/.test(token) : token.length > 12)
  if (!isOne) throw validationFailed('Refresh token is not valid')
  return token
}

/**
 * The token that the session goes on with. Each is exchanged once; whoever asks again gets what the first one got: within
 * the reuse interval, as several tabs and a phone that wakes do, or as long as nobody has used that, for then it may not
 * have arrived. Otherwise two have the same token, and one of them has stolen it: the session ends.
 * @throws CommitError refresh_token_already_used
 */
async function next(tx: Tx, { tokens }: AuthContext, token: RefreshTokenRow, user: UserRow): Promise<string> {
  if (!token.revoked) {
    const [next] = await Promise.all([
      replaceRefreshToken(tx, token),
      audit(tx, 'token_refreshed', user),
      audit(tx, 'token_revoked', user),
    ])
    return next
  }
  const live = await findLiveToken(tx, token.session_id!)
  const isEarly = Date.now() <= token.updated_at.getTime() + tokens.reuseSeconds * 1000
  if (live && (live.parent === token.token || isEarly)) {
    await audit(tx, 'token_refreshed', user)
    return live.token
  }
  if (tokens.isRotated) await revokeFamily(tx, token.session_id!)
  throw new CommitError(refused('refresh_token_already_used', 'Already Used'))
}

/** Another session of the same person that goes on and was used later, in GoTrue's words; its user is locked. */
async function newerLoginOf(
  tx: Tx,
  settings: TokenSettings,
  session: SessionRow,
  tokenTime: Date,
): Promise<string | null> {
  const others = (await sessionsOf(tx, session.user_id)).filter(({ id }) => id !== session.id)
  const mine = lastUsed(session, tokenTime)
  const isOlder = others.some((one) => endOf(one, settings) === null && lastUsed(one) > mine)
  return isOlder ? 'Invalid Refresh Token: Session Expired (Revoked by Newer Login)' : null
}

async function refresh(
  tx: Tx,
  context: AuthContext,
  call: Call,
  seen: RefreshTokenRow,
): Promise<SessionAnswer> {
  // The user first, as everybody who locks both: its last sign-in is written below.
  const user = await lockUser(tx, seen.user_id).catch((error) => {
    throw error instanceof AuthError && error.code === 'user_not_found' ? notFound() : error
  })
  if (isBanned(user)) throw refused('user_banned', 'User Banned')
  const [session, token] = await Promise.all([
    seen.session_id ? lockSession(tx, seen.session_id) : null,
    // Read again: another may have used it while this one waited.
    findRefreshToken(tx, seen.token),
  ])
  if (!session || !token) {
    if (token) await deleteRefreshToken(tx, token.token)
    throw new CommitError(noSession())
  }
  const end =
    endOf(session, context.tokens, token.updated_at) ??
    (context.tokens.isSinglePerUser
      ? await newerLoginOf(tx, context.tokens, session, token.updated_at)
      : null)
  if (end) throw new AuthError(400, 'session_expired', end)
  const refreshToken = await next(tx, context, token, user)
  const [entered] = await Promise.all([
    updateUser(tx, user.id, { last_sign_in_at: new Date() }),
    touchSession(tx, session.id, placeOf(call)),
  ])
  const access = await signAccessToken(tx, context, call, entered, session, 'token_refresh')
  return sessionAnswer(access, refreshToken, entered)
}

/** POST /token?grant_type=refresh_token */
export function createRefreshGrant(context: AuthContext) {
  // Those of one session wait here for each other, and not with a connection each: one app does not hold up the others.
  const inLane = inLanes(1)

  return async (call: Call): Promise<Response> => {
    const seen = await findRefreshToken(context.db.pool, tokenOf(call))
    if (!seen) throw notFound()
    return inLane(seen.session_id ?? seen.token, async () =>
      json(
        await context.db.transaction('Database error refreshing the session', (tx) =>
          refresh(tx, context, call, seen),
        ),
      ),
    )
  }
}
