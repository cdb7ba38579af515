import { createHmac, createSecretKey } from 'node:crypto'
import { decodeProtectedHeader, errors, importJWK, type JWK, type JWTPayload, jwtVerify, SignJWT } from 'jose'

/** What signs the tokens of sessions, and knows those that it has signed. */
export interface SessionKeys {
  sign(claims: JWTPayload): Promise<string>
  /**
   * The claims of a token whose signature and dates hold.
   * @throws errors of jose.
   */
  verify(token: string): Promise<JWTPayload>
  /** The public halves, for whoever verifies tokens elsewhere; the shared secret is none. */
  published: { keys: JWK[] }
}

/** A private key as `supabase gen signing-key` writes it; one that has been replaced only verifies. */
export type SigningKey = JWK & { kid: string; alg: string }

const SHARED = 'HS256'
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
const SHARED_HEADER = encode({ alg: SHARED, typ: 'JWT' })

const isSigning = ({ key_ops: uses }: SigningKey) => !uses || uses.includes('sign')

function publicHalf({ d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, k: _k, ...key }: SigningKey): JWK {
  return { ...key, key_ops: ['verify'], ext: true }
}

/**
 * The keys of a stack: the shared secret, and asymmetric ones where there are.
 * @param signing the first that may sign does; the others are there for tokens of before. With none the secret signs.
 */
export function createSessionKeys(jwtSecret: string, signing: readonly SigningKey[] = []): SessionKeys {
  // Once: a key of bytes would be imported for each token.
  const secret = createSecretKey(jwtSecret, 'utf8').toCryptoKey({ name: 'HMAC', hash: 'SHA-256' }, false, [
    'verify',
  ])
  const asymmetric = signing.filter(({ kty }) => kty !== 'oct')
  const published = { keys: asymmetric.map(publicHalf) }
  const current = asymmetric.find(isSigning)
  const imported = new Map<string, ReturnType<typeof importJWK>>()

  const keyOf = (id: string, jwk: JWK) => {
    const known = imported.get(id) ?? importJWK(jwk)
    imported.set(id, known)
    return known
  }

  return {
    published,
    async sign(claims) {
      // The shared secret needs no more than this, and takes no turn of another thread as the rest of jose does.
      if (!current) {
        const signed = `${SHARED_HEADER}.${encode(claims)}`
        return `${signed}.${createHmac('sha256', jwtSecret).update(signed).digest('base64url')}`
      }
      const { alg, kid } = current
      const key = await keyOf(`sign ${kid}`, { ...current, key_ops: ['sign'] })
      return new SignJWT(claims).setProtectedHeader({ alg, kid, typ: 'JWT' }).sign(key)
    },
    async verify(token) {
      const { alg, kid } = decodeProtectedHeader(token)
      if (alg === SHARED) return (await jwtVerify(token, secret, { algorithms: [SHARED] })).payload
      const jwk = published.keys.find((key) => key.kid === kid && key.alg === alg)
      if (!jwk) throw new errors.JWSSignatureVerificationFailed()
      // The algorithm is the key's: a token may not choose another for it.
      return (await jwtVerify(token, await keyOf(kid!, jwk), { algorithms: [jwk.alg!] })).payload
    },
  }
}
