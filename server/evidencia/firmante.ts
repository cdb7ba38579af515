import { slot } from '../process/slot.ts'
import type { Signer } from './checkpoint.ts'
import { firmantes, verificadores } from './claves.ts'
import type { EvidenciaSettings } from './settings.ts'

/** Who signs for this installation. */
export interface Firmante {
  /** The key of now. */
  signer: Signer
  /** It, and while one key follows another the one before. */
  signers: Signer[]
  /** Their public keys as text; those that signed before are in the database (publicadas.ts). */
  verifiers: string[]
}

/** Undefined where neither the environment nor a folder gives a key: nothing is signed then. */
export const firmante = slot<Firmante | undefined>('Who signs the evidences')

/** @throws Error if a key does not hold, or its file cannot be written. */
export function abrirFirmante(settings: EvidenciaSettings): Firmante | undefined {
  const signers = firmantes(settings)
  const [signer] = signers
  return signer && { signer, signers, verifiers: verificadores(signers) }
}
