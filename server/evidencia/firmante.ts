import { slot } from '../process/slot.ts'
import type { Signer } from './checkpoint.ts'

/** Who signs for this installation. */
export interface Firmante {
  signer: Signer
  /** Public keys as text: the one that signs now, and those that did before. */
  verifiers: readonly string[]
}

export const firmante = slot<Firmante>('What signs the evidence')
