import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isAbsolute, resolve } from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'
import * as v from 'valibot'
import { type Keys, loadKeys, replaceKeys } from './keys.ts'
import type { SigningKey } from './session-keys.ts'
import { PROJECT_DIR, SetupError } from './settings.ts'

const KeysSchema = v.array(
  v.looseObject({
    kty: v.picklist(['EC', 'RSA', 'OKP']),
    kid: v.string(),
    alg: v.picklist(['ES256', 'RS256', 'EdDSA']),
    key_ops: v.optional(v.array(v.string())),
  }),
)

/**
 * The asymmetric keys that sign sessions: those of a file that config.toml names, as the CLI's stack has them, or those
 * of the stack's own.
 * @param path `auth.signing_keys_path`, relative to the folder of config.toml.
 * @returns none where there are none: then the shared secret signs.
 * @throws SetupError for a file that is no list of keys; what it holds is never shown.
 */
export async function readSigningKeys(keys: Keys, path?: unknown): Promise<readonly SigningKey[]> {
  if (typeof path !== 'string' || !path) return keys.signingKeys ?? []
  const file = isAbsolute(path) ? path : resolve(PROJECT_DIR, 'supabase', path)
  const text = await readFile(file, 'utf8').catch(() => {
    throw new SetupError(`config.toml: auth.signing_keys_path: ${file} cannot be read.`)
  })
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {}
  const result = v.safeParse(KeysSchema, content)
  if (!result.success)
    throw new SetupError(
      `config.toml: auth.signing_keys_path: ${file} is not a list of keys such as supabase gen signing-key writes.`,
    )
  return result.output as SigningKey[]
}

async function makeSigningKey(): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(privateKey)
  return { ...jwk, kid: randomUUID(), alg: 'ES256', use: 'sig', key_ops: ['sign', 'verify'], ext: true }
}

/**
 * Makes the ES256 key that signs from the next start on. Those of before go on verifying, the shared secret too: nobody
 * has to sign in again.
 * @param keep how many of those of before; older ones are forgotten, and the tokens of theirs with them.
 */
export async function rotateSigningKeys(dataDir: string, keep = 2): Promise<SigningKey> {
  const keys = await loadKeys(dataDir)
  const before = (keys.signingKeys ?? []).slice(0, keep).map((key) => ({ ...key, key_ops: ['verify'] }))
  const made = await makeSigningKey()
  await replaceKeys(dataDir, { ...keys, signingKeys: [made, ...before] })
  return made
}
