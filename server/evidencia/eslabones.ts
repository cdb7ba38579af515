// Whether a chain is whole: each evidence says what its columns say, and holds the hash of the one before.
import { createHash } from 'node:crypto'
import type { Falla } from './fallas.ts'

/** A row of privado.evidencias, its hour as the canonical text has it. */
export interface Eslabon extends Record<string, unknown> {
  n: string
  en: string
  tipo: string
  actor: string | null
  objeto: string
  canonico: string
  previo: Buffer
  hash: Buffer
}

const ZERO = Buffer.alloc(32)

/** What the canonical text should say of whose chain it is: `contrato` with its code, `empresa` with its id. */
export type Duena = { contrato: string } | { empresa: number } | { instalacion: 1 }

/** A chain that is being gone through. */
export interface Recorrido {
  n: number
  hash: Buffer
  en: string
  /** What follows, in its order. @returns what does not hold of it. */
  sigue(eslabon: Eslabon): Falla[]
}

/** What differs between the columns of an evidence and its canonical text. */
function columnas(eslabon: Eslabon, duena: Duena): string[] {
  let dicho: Record<string, unknown>
  try {
    dicho = JSON.parse(eslabon.canonico)
  } catch {
    return ['canonico']
  }
  const { en, tipo, actor, objeto } = eslabon
  const expected = { ...duena, v: 1, n: Number(eslabon.n), en, tipo, actor, objeto }
  return Object.entries(expected).flatMap(([name, value]) => (dicho?.[name] === value ? [] : [name]))
}

/**
 * Goes through a chain from its beginning, in constant memory.
 * @param duena whose it is.
 */
export function recorrer(duena: Duena): Recorrido {
  const state: Recorrido = {
    n: 0,
    hash: ZERO,
    en: '',
    sigue(eslabon) {
      const fallas: Falla[] = []
      const { n: text, en, canonico, previo, hash } = eslabon
      const n = Number(text)
      const say = (falla: Falla['falla'], campos: string[] = []) =>
        fallas.push({ objeto: `evidencia/${n}`, falla, campos })
      if (n !== state.n + 1) fallas.push({ objeto: `evidencia/${state.n + 1}`, falla: 'falta', campos: [] })
      // After a hole the one before is not known: what it says of it is not judged twice.
      else if (!previo.equals(state.hash)) say('no sigue a la anterior')
      if (!createHash('sha256').update(previo).update(canonico).digest().equals(hash)) say('otra huella')
      const wrong = columnas(eslabon, duena)
      if (en < state.en) wrong.push('en')
      if (wrong.length) say('cambiada', wrong)
      state.n = n
      state.hash = hash
      state.en = en
      return fallas
    },
  }
  return state
}
