import { errors, type JWTPayload } from 'jose'
import { AuthError } from './admin/errors.ts'
import type { AuthContext, Call } from './context.ts'
import { isBanned } from './records/change-user.ts'
import { findSession, type SessionRow } from './records/sessions.ts'
import { findUser, type UserRow } from './records/users.ts'

/** Who calls, by a token of a session that has not ended. */
export interface Caller {
  claims: JWTPayload & { role?: string; aal?: string; session_id?: string; is_anonymous?: boolean }
  user: UserRow
  session: SessionRow | null
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i
const NO_SESSION = '00000000-0000-0000-0000-000000000000'

const badJwt = (message: string, status = 403) => new AuthError(status, 'bad_jwt', message)

/** What is wrong with a token, in GoTrue's words. */
function faultOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'token has invalid claims: token is expired'
  if (error instanceof errors.JWTClaimValidationFailed)
    return 'token has invalid claims: token is not valid yet'
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return 'token signature is invalid: signature is invalid'
  return 'token is malformed: token contains an invalid number of segments'
}

const bearerOf = ({ request }: Call) =>
  /^bearer\s+(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]

const noBearer = () => new AuthError(401, 'no_authorization', 'This endpoint requires a valid Bearer token')

async function claimsOf({ keys }: AuthContext, token: string): Promise<Caller['claims']> {
  // An opaque key stands for a role, and for nobody.
  if (token.startsWith('sb_')) return {}
  try {
    return await keys.verify(token)
  } catch (error) {
    if (!(error instanceof errors.JOSEError) && !(error instanceof TypeError)) throw error
    throw badJwt(`invalid JWT: unable to parse or verify signature, ${faultOf(error)}`)
  }
}

/**
 * The person whose token a call carries.
 * @throws AuthError no_authorization, bad_jwt, user_not_found, session_not_found, user_banned
 */
export async function requireCaller(context: AuthContext, call: Call): Promise<Caller> {
  const token = bearerOf(call)
  if (!token) throw noBearer()
  const claims = await claimsOf(context, token)
  const { sub, session_id: id } = claims
  if (!sub) throw badJwt('invalid claim: missing sub claim')
  if (!UUID.test(sub)) throw badJwt('invalid claim: sub claim must be a UUID', 400)
  const user = await findUser(context.db.pool, sub).catch((error) => {
    if (error instanceof AuthError && error.code === 'user_not_found')
      throw new AuthError(403, 'user_not_found', 'User from sub claim in JWT does not exist')
    throw error
  })
  const session = id && id !== NO_SESSION ? await sessionOf(context, id, sub) : null
  if (isBanned(user)) throw new AuthError(403, 'user_banned', 'User is banned')
  return { claims, user, session }
}

async function sessionOf({ db }: AuthContext, id: string, userId: string): Promise<SessionRow> {
  if (!UUID.test(id)) throw badJwt('invalid claim: session_id claim must be a UUID')
  const session = await findSession(db.pool, id)
  if (session?.user_id !== userId)
    throw new AuthError(403, 'session_not_found', 'Session from session_id claim in JWT does not exist')
  return session
}

/**
 * Lets only the service role pass, by its key or by a token of that role.
 * @throws AuthError no_authorization, bad_jwt, not_admin
 */
export async function requireAdmin(context: AuthContext, call: Call): Promise<void> {
  const token = bearerOf(call)
  const isToken = token !== undefined && !token.startsWith('sb_')
  if (!isToken && !call.identity) throw noBearer()
  const { role } = isToken ? await claimsOf(context, token) : call.identity!.claims
  if (role !== 'service_role') throw new AuthError(403, 'not_admin', 'User not allowed')
}
