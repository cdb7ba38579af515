import { createHmac } from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'
import type { Claims } from '../../../server/db/types.ts'
import { invalidSignature, invalidToken, StorageError } from './errors.ts'
import type { Options } from './render/options.ts'

/** What a link may be used for: one that uploads does not download. */
type Use = 'download' | 'upload'

export interface SignedClaims {
  /** `<bucket>/<object name>`. */
  url: string
  /** Whoever made it: the link can do no more than they can when it is used. */
  by: Claims
  upsert?: boolean
  /** What is shown of an image: such a link shows nothing else of it. */
  transform?: Options
  /** Seconds since 1970. */
  exp: number
}

export interface Signatures {
  sign(use: Use, claims: Omit<SignedClaims, 'exp'>, secondsToLive: number): Promise<string>
  /** @throws StorageError for a token that is expired, not ours, of another use or of another object. */
  verify(use: Use, token: string | null, url: string): Promise<SignedClaims>
}

/**
 * Signed links. Their key is derived from the JWT secret and is not it: a link is never a session, and a
 * session never a link.
 */
export function createSignatures(jwtSecret: string): Signatures {
  const key = createHmac('sha256', jwtSecret).update('storage signed links').digest()

  return {
    sign: (use, claims, secondsToLive) =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setAudience(use)
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + secondsToLive)
        .sign(key),

    async verify(use, token, url) {
      if (!token) throw invalidToken('A signed token is required')
      const { payload } = await jwtVerify<SignedClaims>(token, key, {
        algorithms: ['HS256'],
        audience: use,
        // Links of before say nothing of who made them.
        requiredClaims: ['by'],
      }).catch((error) => {
        if (error instanceof errors.JWTExpired)
          throw new StorageError('InvalidJWT', 400, '"exp" claim timestamp check failed')
        throw invalidToken('The signature of the link does not hold')
      })
      if (payload.url !== url) throw invalidSignature()
      return payload
    },
  }
}
