import { type JWTPayload, SignJWT } from 'jose'
import { inject } from 'vitest'

/** A token that says whatever it is told, signed with the secret of the stack unless another is given. */
export const sign = (
  claims: JWTPayload,
  expires: string | number = '1h',
  secret = inject('stack').jwtSecret,
): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(new TextEncoder().encode(secret))
