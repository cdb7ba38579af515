import { randomUUID } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'
import * as v from 'valibot'
import type { SigningKey } from './session-keys.ts'
import { PROJECT_DIR, SetupError } from './settings.ts'

const KeysSchema = v.array(
  v.looseObject({
    kty: v.string(),
    kid: v.string(),
    alg: v.picklist(['ES256', 'RS256', 'EdDSA', 'HS256']),
    key_ops: v.optional(v.array(v.string())),
  }),
)

/** Where the keys of a stack are that no file of config.toml names; beside keys.json. */
export const signingKeysFile = (dataDir: string) => join(dataDir, 'signing-keys.json')

/** `auth.signing_keys_path` of config.toml, which is relative to the folder of that file. */
function fileOf(dataDir: string, path: unknown): string {
  if (typeof path !== 'string' || !path) return signingKeysFile(dataDir)
  return isAbsolute(path) ? path : resolve(PROJECT_DIR, 'supabase', path)
}

/**
 * Reads the asymmetric keys that sign sessions.
 * @param path `auth.signing_keys_path` of config.toml.
 * @returns none where no file is: then the shared secret signs.
 * @throws SetupError for a file that holds anything else; it is never shown.
 */
export async function loadSigningKeys(dataDir: string, path?: unknown): Promise<SigningKey[]> {
  const file = fileOf(dataDir, path)
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && !path) return []
    throw new SetupError(`${file} cannot be read, and config.toml names it as the keys of sessions.`)
  }
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    throw new SetupError(`${file} is not JSON.`)
  }
  const result = v.safeParse(KeysSchema, content)
  if (!result.success)
    throw new SetupError(`${file} is not a list of keys as supabase gen signing-key writes.`)
  return result.output as SigningKey[]
}

/** A new ES256 key. */
export async function makeSigningKey(): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  return {
    ...(await exportJWK(privateKey)),
    kid: randomUUID(),
    alg: 'ES256',
    use: 'sig',
    key_ops: ['sign', 'verify'],
    ext: true,
  } as SigningKey
}

/**
 * Makes a key that signs from the next start on. Those of before go on verifying, so that nobody has to sign in again;
 * they are taken out by hand once no token of theirs lives.
 */
export async function rotateSigningKeys(dataDir: string, path?: unknown): Promise<SigningKey[]> {
  const file = fileOf(dataDir, path)
  const before = await loadSigningKeys(dataDir, path)
  const keys = [await makeSigningKey(), ...before.map((key) => ({ ...key, key_ops: ['verify'] }))]
  const draft = join(dirname(file), `.${randomUUID()}`)
  await writeFile(draft, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 })
  await rename(draft, file)
  return keys
}
