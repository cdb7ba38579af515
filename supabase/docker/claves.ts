// Makes every secret of a server and prints them as KEY=value. Nothing but node:crypto: instalar.sh runs it in the image
// of Node, without network and without this project's packages.
//   node claves.ts             all of them
//   node claves.ts <file>      those that this .env does not have yet; what follows from another keeps to it
//   node claves.ts <file> sesiones    another key for sessions; those signed with the one before still hold
import { createHash, createHmac, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'

const FIVE_YEARS = 5 * 365 * 24 * 3600

const hex = (bytes: number) => randomBytes(bytes).toString('hex')
const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A JWT of a role, as the gateway and PostgREST take it; `mark` signs `header.payload`. */
function token(role: string, header: object, mark: (text: string) => Buffer): string {
  const iat = Math.floor(Date.now() / 1000)
  const text = `${json({ typ: 'JWT', ...header })}.${json({ role, iss: 'supabase', iat, exp: iat + FIVE_YEARS })}`
  return `${text}.${mark(text).toString('base64url')}`
}

/** An opaque key, whose end tells a mistyped one from another. */
function opaque(kind: 'publishable' | 'secret'): string {
  const start = `sb_${kind}_${randomBytes(17).toString('base64url').slice(0, 22)}`
  const check = createHash('sha256').update(`supabase-self-hosted|${start}`).digest('base64url').slice(0, 8)
  return `${start}_${check}`
}

/** Secrets that stand by themselves, in the lengths that their services ask for. */
const ALONE: Record<string, () => string> = {
  // Hexadecimal: it is part of many URLs, where another letter would have to be escaped.
  POSTGRES_PASSWORD: () => hex(24),
  JWT_SECRET: () => hex(32),
  DASHBOARD_PASSWORD: () => hex(12),
  SECRET_KEY_BASE: () => hex(32),
  // An AES-128 key, byte for byte: sixteen letters.
  REALTIME_DB_ENC_KEY: () => hex(8),
  // Thirty-two letters, no more.
  VAULT_ENC_KEY: () => hex(16),
  PG_META_CRYPTO_KEY: () => hex(16),
  LOGFLARE_PUBLIC_ACCESS_TOKEN: () => hex(24),
  LOGFLARE_PRIVATE_ACCESS_TOKEN: () => hex(24),
  S3_PROTOCOL_ACCESS_KEY_ID: () => hex(16),
  S3_PROTOCOL_ACCESS_KEY_SECRET: () => hex(32),
  MINIO_ROOT_PASSWORD: () => hex(16),
  POOLER_TENANT_ID: () => `triboka-${hex(4)}`,
  REDIS_PASSWORD: () => hex(24),
  METRICS_TOKEN: () => hex(24),
  // The seed of an Ed25519 key: it signs the roots of the evidences.
  EVIDENCIA_CLAVE: () => randomBytes(32).toString('base64'),
  SUPABASE_PUBLISHABLE_KEY: () => opaque('publishable'),
  SUPABASE_SECRET_KEY: () => opaque('secret'),
}

/** Keys signed with the shared secret, for clients that know no other. */
function legacy(secret: string): Record<string, string> {
  const mark = (text: string) => createHmac('sha256', secret).update(text).digest()
  return {
    ANON_KEY: token('anon', { alg: 'HS256' }, mark),
    SERVICE_ROLE_KEY: token('service_role', { alg: 'HS256' }, mark),
  }
}

type Key = Record<string, unknown> & { kid?: string; d?: string; kty: string }

/**
 * The key that signs sessions, with its public half for those who check them; the shared secret goes along in both.
 * @param before keys that signed until now, which only check from here on.
 */
function asymmetric(secret: string, before: Key[] = []): Record<string, string> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { crv, x, y, d } = privateKey.export({ format: 'jwk' })
  const kid = randomUUID()
  const half = { kty: 'EC', kid, use: 'sig', alg: 'ES256', ext: true, crv, x, y }
  const publicHalf = { ...half, key_ops: ['verify'] }
  const old = before.map(({ d: _, ...key }) => ({ ...key, key_ops: ['verify'] }))
  const shared = { kty: 'oct', k: Buffer.from(secret).toString('base64url'), alg: 'HS256' }
  const mark = (text: string) =>
    sign('SHA256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return {
    JWT_KEYS: JSON.stringify([{ ...half, key_ops: ['sign', 'verify'], d }, ...old, shared]),
    JWT_JWKS: JSON.stringify({ keys: [publicHalf, ...old, shared] }),
    ANON_KEY_ASYMMETRIC: token('anon', { alg: 'ES256', kid }, mark),
    SERVICE_ROLE_KEY_ASYMMETRIC: token('service_role', { alg: 'ES256', kid }, mark),
  }
}

const [file, what] = process.argv.slice(2)
const lines = file ? readFileSync(file, 'utf8').split('\n') : []
const kept = new Map(
  lines.flatMap((line) => {
    const [, name, value] = /^([A-Z0-9_]+)=(.+)$/.exec(line) ?? []
    return name && value ? [[name, value] as const] : []
  }),
)
const secret = kept.get('JWT_SECRET') ?? ALONE.JWT_SECRET!()
// Only the key of now goes on checking: those before it have had their hour.
const signing = (JSON.parse(kept.get('JWT_KEYS') ?? '[]') as Key[]).filter((key) => key.d)
// A set whose parts belong together is made whole, or left whole; without the secret of before it is another.
const isWhole = (set: object) => kept.has('JWT_SECRET') && Object.keys(set).every((name) => kept.has(name))
const sets =
  what === 'sesiones' && isWhole(asymmetric(secret))
    ? [asymmetric(secret, signing)]
    : [legacy(secret), asymmetric(secret)].filter((set) => !isWhole(set))
const alone = Object.keys(ALONE).filter((name) => !kept.has(name))
const made = Object.fromEntries(alone.map((name) => [name, name === 'JWT_SECRET' ? secret : ALONE[name]!()]))
for (const [name, value] of Object.entries(Object.assign(made, ...sets)))
  process.stdout.write(`${name}=${value}\n`)
