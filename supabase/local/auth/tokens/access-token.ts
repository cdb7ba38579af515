import type { AuthContext, Call } from '../context.ts'
import type { Queryable } from '../database.ts'
import type { SessionRow } from '../records/sessions.ts'
import type { UserRow } from '../records/users.ts'
import type { AccessClaims } from './claims.ts'
import { customizeClaims } from './hook.ts'
import { type AuthMethod, assuranceOf } from './methods.ts'

export interface AccessToken {
  token: string
  /** Seconds since 1970. */
  expiresAt: number
  expiresIn: number
}

/**
 * Signs the token of a session.
 * @param db a transaction where config.toml has a hook.
 * @param method how the caller has just proved who they are.
 * @throws AuthError where the hook of config.toml refuses.
 */
export async function signAccessToken(
  db: Queryable,
  { tokens, keys }: AuthContext,
  call: Call,
  user: UserRow,
  session: Pick<SessionRow, 'id' | 'methods'>,
  method: AuthMethod,
): Promise<AccessToken> {
  const issuedAt = Math.floor(Date.now() / 1000)
  const expiresAt = issuedAt + tokens.expirySeconds
  const claims: AccessClaims = {
    iss: tokens.issuer,
    sub: user.id,
    aud: user.aud ?? '',
    exp: expiresAt,
    iat: issuedAt,
    email: user.email ?? '',
    phone: user.phone ?? '',
    app_metadata: user.raw_app_meta_data ?? {},
    user_metadata: user.raw_user_meta_data ?? {},
    role: user.role ?? '',
    aal: assuranceOf(session.methods),
    amr: session.methods,
    session_id: session.id,
    is_anonymous: user.is_anonymous,
  }
  const last = tokens.hook ? await customizeClaims(db, tokens.hook, call, claims, method) : claims
  return { token: await keys.sign(last), expiresAt, expiresIn: tokens.expirySeconds }
}
