import { errors } from 'jose'
import type { Claims } from '../../../server/db/types.ts'
import { rememberVerifiedTokens } from '../../../server/session/verified-tokens.ts'
import type { SessionKeys } from '../session-keys.ts'

/** A token that does not hold. */
export class TokenError extends Error {
  override name = 'TokenError'
  /** What the reply to a join says: `<code>: <message>`. */
  reason: string
  constructor(code: string, message: string) {
    super(message)
    this.reason = `${code}: ${message}`
  }
}

/** What a verified token says, with its end in seconds since 1970. */
export type TokenClaims = Claims & { exp: number }

/** Claims whose token has not ended; a legacy key counts as its role. */
export type Caller = TokenClaims | { role: string; exp?: undefined }

/** Checks access tokens and legacy keys. @throws TokenError */
export type VerifyToken = (token: string) => Promise<TokenClaims>

/** Text of the error of a token that ended. */
export const expiredText = (exp: number) =>
  `Token has expired ${Math.max(0, Math.floor(Date.now() / 1000) - exp)} seconds ago`

/** Builds the verifier of tokens that these keys have signed. */
export function createTokenVerifier(keys: Pick<SessionKeys, 'verify'>): VerifyToken {
  const verified = rememberVerifiedTokens<TokenClaims>()
  return async (token) => {
    const known = verified.get(token)
    if (known) return known
    try {
      const payload = await keys.verify(token)
      if (typeof payload.role !== 'string' || typeof payload.exp !== 'number')
        throw new TokenError('InvalidJWTToken', 'Fields `role` and `exp` are required in JWT')
      const claims = payload as TokenClaims
      verified.add(token, claims)
      return claims
    } catch (error) {
      if (error instanceof TokenError) throw error
      if (error instanceof errors.JWTExpired)
        throw new TokenError('InvalidJWTToken', expiredText(error.payload.exp!))
      if (error instanceof errors.JWSSignatureVerificationFailed)
        throw new TokenError('JwtSignatureError', 'Failed to validate JWT signature')
      throw new TokenError('MalformedJWT', 'The token provided is not a valid JWT')
    }
  }
}
