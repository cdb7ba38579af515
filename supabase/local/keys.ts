import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import type { SigningKey } from './session-keys.ts'

/** The secrets of one embedded stack, made once and kept in DATA_DIR. */
export interface Keys {
  /** HS256 secret that signs user sessions and the two legacy keys. */
  jwtSecret: string
  /** `sb_publishable_…`: counts as role anon. */
  publishableKey: string
  /** `sb_secret_…`: counts as role service_role; never in a browser. */
  secretKey: string
  /** Legacy HS256 JWT of role anon. */
  anonKey: string
  /** Legacy HS256 JWT of role service_role. */
  serviceRoleKey: string
  /** Password of every login role of the embedded Postgres, as in the self-hosted bundle. */
  dbPassword: string
  /** Private keys: the first that may sign signs the sessions in place of the secret; the others verify. */
  signingKeys?: SigningKey[]
}

/** The name that a Supabase without projects signs its keys with. */
const PROJECT = 'supabase-self-hosted'

/** A key of the new kind: 22 characters by chance, and 8 that tell a mistyped one. */
function apiKey(type: 'publishable' | 'secret'): string {
  const drawn = `sb_${type}_${randomBytes(17).toString('base64url').slice(0, 22)}`
  const sum = createHash('sha256').update(`${PROJECT}|${drawn}`).digest('base64url').slice(0, 8)
  return `${drawn}_${sum}`
}

const TEN_YEARS = 10 * 365 * 24 * 3600

function legacyKey(role: 'anon' | 'service_role', secret: string): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({ role, iss: 'supabase' })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt(now)
    .setExpirationTime(now + TEN_YEARS)
    .sign(new TextEncoder().encode(secret))
}

async function makeKeys(): Promise<Keys> {
  const jwtSecret = randomBytes(36).toString('base64url')
  return {
    jwtSecret,
    publishableKey: apiKey('publishable'),
    secretKey: apiKey('secret'),
    anonKey: await legacyKey('anon', jwtSecret),
    serviceRoleKey: await legacyKey('service_role', jwtSecret),
    dbPassword: randomBytes(24).toString('base64url'),
  }
}

/** Reads the keys of DATA_DIR, making them the first time (mode 0600). */
export async function loadKeys(dataDir: string): Promise<Keys> {
  const file = join(dataDir, 'keys.json')
  await mkdir(dataDir, { recursive: true })
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Keys
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const keys = await makeKeys()
  await writeFile(file, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  return keys
}

/** Writes other keys in the place of those of DATA_DIR, all of them or none. */
export async function replaceKeys(dataDir: string, keys: Keys): Promise<void> {
  const file = join(dataDir, 'keys.json')
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  await writeFile(draft, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  await rename(draft, file)
}
