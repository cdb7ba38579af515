// The key that signs the roots. It is not in the database, so who administers that alone signs nothing.
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { keyOfSeed, parseVerifier, type Signer, type Verifier, verifierText } from './checkpoint.ts'
import type { EvidenciaSettings } from './settings.ts'

const FILE = 'evidencia.key'

/** The seed in DATA_DIR, made the first time; only its owner reads it. */
function seedIn(folder: string): string {
  const file = join(folder, FILE)
  try {
    writeFileSync(file, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(file, 'utf8').trim()
}

/**
 * Who signs: the key of now, and while one follows another, the one before too. None where neither the environment nor
 * a folder gives a key.
 * @throws Error if a key is not 32 bytes in base64.
 */
export function firmantes({ nombre, clave, claveAnterior, carpeta }: EvidenciaSettings): Signer[] {
  const seeds = [clave ?? (carpeta === undefined ? undefined : seedIn(carpeta)), claveAnterior]
  return seeds.flatMap((seed) => {
    if (seed === undefined) return []
    const bytes = Buffer.from(seed, 'base64')
    if (bytes.length !== 32) throw new Error('EVIDENCIA_CLAVE is not 32 bytes in base64')
    return [{ name: nombre, key: keyOfSeed(bytes) }]
  })
}

/** The public keys of those who sign, as text. */
export const verificadores = (signers: readonly Signer[]): string[] => signers.map(verifierText)

/** The public keys of a list of texts; those that are none are left out. */
export const clavesDe = (textos: readonly string[]): Verifier[] =>
  textos.flatMap((texto) => {
    try {
      return [parseVerifier(texto)]
    } catch {
      return []
    }
  })
