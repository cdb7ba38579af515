import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  jwtVerify,
} from 'jose'
import type { Claims } from '../db/types.ts'
import { UUID } from '../http/cursor.ts'
import { problem } from '../http/problem.ts'
import { rememberVerifiedTokens } from './verified-tokens.ts'

/** Checks an access token of Supabase Auth and gives back its claims. */
export type VerifySession = (token: string) => Promise<Claims>

const EXPECTED = { audience: 'authenticated', requiredClaims: ['exp', 'sub'] }

type Session = Claims & { exp: number; sub: string }

/**
 * Builds the verifier of sessions: HS256 with the shared secret, or the asymmetric keys that Auth publishes.
 * @throws Problem `no_autenticado` for any token that does not hold; `sesiones_no_disponibles` when the keys
 * cannot be fetched.
 */
export function createSessionVerifier(options: {
  supabaseUrl: string
  jwtSecret?: string | undefined
}): VerifySession {
  const secret = options.jwtSecret ? new TextEncoder().encode(options.jwtSecret) : undefined
  const published = createRemoteJWKSet(new URL(`${options.supabaseUrl}/auth/v1/.well-known/jwks.json`))
  const verified = rememberVerifiedTokens<Session>()

  /** Claims of a token whose signature, dates and audience hold. */
  async function verify(token: string): Promise<JWTPayload> {
    const isShared = secret !== undefined && algorithmOf(token) === 'HS256'
    try {
      const { payload } = isShared
        ? await jwtVerify(token, secret, { ...EXPECTED, algorithms: ['HS256'] })
        : await jwtVerify(token, published, { ...EXPECTED, algorithms: ['ES256', 'RS256', 'EdDSA'] })
      return payload
    } catch (cause) {
      throw problem(isShared || !isUnreachable(cause) ? 'no_autenticado' : 'sesiones_no_disponibles', {
        cause,
      })
    }
  }

  return async (token) => {
    const known = verified.get(token)
    if (known) return known
    const claims = (await verify(token)) as Session
    if (claims.role !== 'authenticated' || !UUID.test(claims.sub)) throw problem('no_autenticado')
    verified.add(token, claims)
    return claims
  }
}

function algorithmOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).alg
  } catch (cause) {
    throw problem('no_autenticado', { cause })
  }
}

// Anything that is not a verdict on the token: Auth did not answer, or not with keys.
const isUnreachable = (error: unknown) =>
  !(error instanceof errors.JOSEError) ||
  error instanceof errors.JWKSTimeout ||
  error.code === 'ERR_JOSE_GENERIC'

/** The token of `Authorization: Bearer …`, if there is one. */
export const bearerOf = (header: string | undefined) =>
  /^Bearer +([\w-]+\.[\w-]+\.[\w-]+) *$/i.exec(header ?? '')?.[1]

/** Whether a token says that it is an app's public key: the SDK sends it while nobody has signed in. It proves nothing. */
export function isAnonKey(token: string): boolean {
  try {
    return decodeJwt(token).role === 'anon'
  } catch {
    return false
  }
}
