// Everything: chains, tables and roots. For the weekly task, and for npm run verificar.
import type { Caller } from '../db/types.ts'
import { parseVerifier } from './checkpoint.ts'
import { clavesDe } from './claves.ts'
import { esFalta, filaDe } from './fallas.ts'
import { comprobarRaices, notaDe } from './raices.ts'
import { type Avance, verificarCadenas } from './verificar.ts'

const CLAVES = { name: 'evidencias_claves', text: 'select verificador from privado.claves_de_evidencia()' }
const AVISAR = { name: 'evidencias_avisar', text: 'select privado.avisar_de_evidencias($1::bigint, $2)' }

/** How many are told; of more it is told how many. */
const TOLD = 20

/** What was gone through, and what does not hold. */
export interface Resultado {
  cadenas: number
  evidencias: number
  raices: number
  fallas: number
  /** The first of them, in words. */
  primeras: string[]
}

/** `contrato 12: lotes_asociados 7: cambiada (peso_qq)`. */
export function enPalabras({
  cadena,
  objeto,
  falla,
  campos,
}: {
  cadena?: string
  objeto: string
  falla: string
  campos: string[]
}): string {
  const id = Number(cadena)
  const whose =
    cadena === undefined ? '' : id > 0 ? `contrato ${id}: ` : id < 0 ? `empresa ${-id}: ` : 'instalación: '
  const { tabla, id: row } = filaDe(objeto)
  return `${whose}${tabla} ${row}: ${falla}${campos.length ? ` (${campos.join(', ')})` : ''}`
}

/**
 * Verifies all there is, in constant memory.
 * @param options.nota a signed root that was kept outside: what is here must continue it.
 * @param options.claves public keys that were kept outside; those of the database where none are given.
 * @param options.avisar tells the administrators what does not hold.
 * @throws Error if a key is none, or the note is signed by none of them.
 */
export async function verificarTodo(
  db: Caller,
  options: {
    nota?: string
    claves?: string[]
    avisar?: boolean
    onFault?: (words: string) => void
    onProgress?: (avance: Avance) => void
  } = {},
): Promise<Resultado> {
  const fuera = options.claves?.map(parseVerifier)
  const primeras: string[] = []
  let fallas = 0
  const say = (falla: Parameters<typeof enPalabras>[0], isFault: boolean) => {
    const words = enPalabras(falla)
    options.onFault?.(words)
    if (!isFault) return
    fallas += 1
    if (primeras.length < TOLD) primeras.push(words)
  }
  const avance = await verificarCadenas(db, (falla) => say(falla, esFalta(falla)), options.onProgress)
  const claves =
    fuera ?? clavesDe((await db.query<{ verificador: string }>(CLAVES)).map((row) => row.verificador))
  const nota = options.nota === undefined ? undefined : notaDe(options.nota, claves)
  const roots = await comprobarRaices(db, claves, nota)
  for (const falla of roots.fallas) say(falla, esFalta(falla))
  if (options.avisar && fallas > 0) await db.query(AVISAR, [String(fallas), primeras.join('\n')])
  return { ...avance, raices: roots.raices, fallas, primeras }
}
