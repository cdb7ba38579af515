// Everything: chains, tables and roots. For the weekly task, and for npm run verificar.
import type { X509Certificate } from 'node:crypto'
import type { Caller } from '../db/types.ts'
import { parseVerifier } from './checkpoint.ts'
import { clavesDe } from './claves.ts'
import { esFalta, type Falla, filaDe } from './fallas.ts'
import { type Lectura, type PapelesLeidos, verificarPapeles } from './papeles.ts'
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
  /** Time stamps of roots. */
  sellos: number
  /** Papers whose bytes were read; undefined where it was not asked for. */
  papeles?: PapelesLeidos
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
 * @param options.autoridades who must vouch for whoever stamped the roots.
 * @param options.papeles how the stored bytes of papers are read; without it, what their last reading found is told.
 * @param options.avisar tells the administrators what does not hold.
 * @throws Error if a key is none, or the note is signed by none of them.
 */
export async function verificarTodo(
  db: Caller,
  options: {
    nota?: string
    claves?: string[]
    autoridades?: X509Certificate[]
    papeles?: Lectura
    avisar?: boolean
    onFault?: (words: string) => void
    onProgress?: (avance: Avance) => void
    onPaper?: (leidos: PapelesLeidos) => void
  } = {},
): Promise<Resultado> {
  const fuera = options.claves?.map(parseVerifier)
  const primeras: string[] = []
  let fallas = 0
  const say = (falla: Falla & { cadena?: string }) => {
    const words = enPalabras(falla)
    options.onFault?.(words)
    if (!esFalta(falla)) return
    fallas += 1
    if (primeras.length < TOLD) primeras.push(words)
  }
  const avance = await verificarCadenas(db, say, options.onProgress, !options.papeles)
  const claves =
    fuera ?? clavesDe((await db.query<{ verificador: string }>(CLAVES)).map((row) => row.verificador))
  const nota = options.nota === undefined ? undefined : notaDe(options.nota, claves)
  const roots = await comprobarRaices(db, claves, nota, options.autoridades)
  for (const falla of roots.fallas) say(falla)
  const papeles = options.papeles && (await verificarPapeles(db, options.papeles, say, options.onPaper))
  if (options.avisar && fallas > 0) await db.query(AVISAR, [String(fallas), primeras.join('\n')])
  return { ...avance, raices: roots.raices, sellos: roots.sellos, papeles, fallas, primeras }
}
