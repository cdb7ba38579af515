import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { errors } from 'jose'
import type { Claims } from '../../../server/db/types.ts'
import { rememberVerifiedTokens } from '../../../server/session/verified-tokens.ts'
import type { Keys } from '../keys.ts'
import { createSessionKeys, type SessionKeys } from '../session-keys.ts'

/** Who a request speaks for, once its key and its token have been verified. */
export interface Identity {
  /** What Postgres sees as request.jwt.claims. */
  claims: Claims
  /** The kind of API key that came along, if any. */
  key: KeyKind | null
}

export type KeyKind = 'publishable' | 'secret' | 'anon' | 'service_role'

export const INVALID_JWT = 'UNAUTHORIZED_INVALID_JWT_FORMAT'
export const JWT_EXPIRED = 'JWT expired'

/** A key or a token that does not hold; `code` is the gateway's sb-error-code. */
export class IdentityError extends Error {
  override name = 'IdentityError'
  code: string
  hint: string | undefined
  constructor(message: string, code: string, hint?: string) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

const ROLE: Record<KeyKind, 'anon' | 'service_role'> = {
  publishable: 'anon',
  anon: 'anon',
  secret: 'service_role',
  service_role: 'service_role',
}

const BROWSER = /^\s*Mozilla\s*\/\s*5\s*\.\s*0/i

const isSame = (a: string, b: string) => {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.length === y.length && timingSafeEqual(x, y)
}

/** What identifies callers of one stack. */
export interface Identifier {
  /** The kind and the claims of an API key, or null when it is none of ours. */
  resolveKey(key: string): { kind: KeyKind; claims: Claims } | null
  /**
   * Verifies the API key and the bearer token; a token outranks the key.
   * @returns null when neither came.
   * @throws IdentityError for a key or token that does not hold.
   */
  identify(headers: IncomingHttpHeaders): Promise<Identity | null>
}

/**
 * Builds the verifier for the keys of a stack: opaque and legacy ones, and the tokens of sessions.
 * @param sessions what signs these.
 */
export function createIdentifier(
  keys: Keys,
  sessions: Pick<SessionKeys, 'verify'> = createSessionKeys(keys.jwtSecret),
): Identifier {
  const verified = rememberVerifiedTokens<Claims & { exp?: number | undefined }>()
  const ours: [KeyKind, string][] = [
    ['publishable', keys.publishableKey],
    ['secret', keys.secretKey],
    ['anon', keys.anonKey],
    ['service_role', keys.serviceRoleKey],
  ]

  function resolveKey(key: string) {
    const kind = ours.find(([, value]) => isSame(value, key))?.[0]
    return kind ? { kind, claims: { role: ROLE[kind] } } : null
  }

  async function verify(token: string): Promise<Claims> {
    const known = verified.get(token)
    if (known) return known
    try {
      const payload = await sessions.verify(token)
      const claims = { ...payload, role: typeof payload.role === 'string' ? payload.role : 'anon' }
      verified.add(token, claims)
      return claims
    } catch (error) {
      const isExpired = error instanceof errors.JWTExpired
      throw new IdentityError(isExpired ? JWT_EXPIRED : 'Invalid JWT', INVALID_JWT)
    }
  }

  return {
    resolveKey,
    async identify({ apikey, ...headers }) {
      const key = typeof apikey === 'string' ? apikey : undefined
      const resolved = key ? resolveKey(key) : null
      if (key && !resolved) {
        throw new IdentityError(
          'Invalid API key',
          'UNAUTHORIZED_INVALID_API_KEY',
          'Double check your Supabase `apikey`',
        )
      }
      if (resolved?.kind === 'secret' && BROWSER.test(headers['user-agent'] ?? '')) {
        throw new IdentityError(
          'Forbidden use of secret API key in browser',
          'UNAUTHORIZED_INVALID_API_KEY_TYPE',
        )
      }
      const bearer = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1]
      if (bearer && !bearer.startsWith('sb_')) {
        return { claims: await verify(bearer), key: resolved?.kind ?? null }
      }
      return resolved ? { claims: resolved.claims, key: resolved.kind } : null
    },
  }
}
