// Whether the signed roots are those of the leaves, the leaves those of the chains, and the time stamps those of the roots.
import type { X509Certificate } from 'node:crypto'
import type { Caller } from '../db/types.ts'
import { openCheckpoint, type Verifier } from './checkpoint.ts'
import type { Falla } from './fallas.ts'
import { emptyFrontier, grow, leafHash, rootOf } from './merkle.ts'
import { fallaDeSello, type Sello, todosLosSellos } from './sellos.ts'

const AT_ONCE = 10_000

const HOJAS = { name: 'evidencias_hojas', text: 'select i, hash from privado.hojas($1::bigint, $2::int)' }
const RAICES = {
  name: 'evidencias_raices',
  text: 'select tamano, raiz, nota from privado.raices($1::bigint, $2::int)',
}
const HOJAS_MALAS = {
  name: 'evidencias_hojas_malas',
  text: 'select cadena, n from privado.hojas_que_no_cuadran($1::bigint, $2::bigint)',
}

/** A root as it was kept, or told outside. */
interface Firmada {
  tamano: number
  raiz: Buffer
  nota: string
}

/** A note that somebody kept outside: the root that it names. @throws Error where it is none of these keys. */
export function notaDe(nota: string, claves: readonly Verifier[]): Firmada {
  const opened = openCheckpoint(nota, claves)
  if (!opened) throw new Error('Esa nota no es un punto de control firmado con una clave que se conozca.')
  return { tamano: opened.size, raiz: opened.root, nota }
}

async function* firmadas(db: Caller): AsyncGenerator<Firmada> {
  for (let last = '0'; ; ) {
    const rows = await db.query<{ tamano: string; raiz: Buffer; nota: string }>(RAICES, [last, 200])
    for (const { tamano, raiz, nota } of rows) yield { tamano: Number(tamano), raiz, nota }
    if (rows.length < 200) return
    last = rows.at(-1)!.tamano
  }
}

/** Is the note of a root signed, and of that very root? */
function esSuNota({ tamano, raiz, nota }: Firmada, claves: readonly Verifier[]): boolean {
  const said = openCheckpoint(nota, claves)
  return said !== null && said.size === tamano && said.root.equals(raiz)
}

/**
 * Recomputes each root from the leaves, in constant memory, and compares the leaves with the chains.
 * @param claves the public keys that may have signed; without any, no root is signed.
 * @param fuera a note from outside: what is kept here must continue it.
 * @param autoridades who must vouch for the TSA of the stamps.
 * @returns how many roots and stamps there are, and what does not hold.
 */
export async function comprobarRaices(
  db: Caller,
  claves: readonly Verifier[],
  fuera?: Firmada,
  autoridades: X509Certificate[] = [],
): Promise<{ raices: number; hojas: number; sellos: number; fallas: Falla[] }> {
  const fallas: Falla[] = []
  const say = (tamano: number, falla: Falla['falla'], campos: string[]) =>
    fallas.push({ objeto: `raiz/${tamano}`, falla, campos })
  const tree = emptyFrontier()
  const kept = firmadas(db)
  let raices = 0
  let sellos = 0
  const stamps = todosLosSellos(db)
  let stamp = (await stamps.next()).value as Sello | undefined
  /** Those of roots that were dropped. */
  const withoutRoot = async (before: number) => {
    for (; stamp && stamp.tamano < before; stamp = (await stamps.next()).value as Sello | undefined)
      say(stamp.tamano, 'falta', ['raiz'])
  }
  const lookAtStamp = async ({ tamano, nota }: Firmada) => {
    await withoutRoot(tamano)
    if (stamp?.tamano !== tamano) return
    sellos += 1
    const what = await fallaDeSello(stamp, nota, autoridades)
    if (what) say(tamano, 'sello', [what])
    stamp = (await stamps.next()).value as Sello | undefined
  }
  let next = (await kept.next()).value as Firmada | undefined
  const look = async () => {
    if (fuera?.tamano === tree.size && !rootOf(tree).equals(fuera.raiz)) say(tree.size, 'ancla', ['nota'])
    while (next && next.tamano === tree.size) {
      if (!rootOf(tree).equals(next.raiz)) say(next.tamano, 'ancla', ['raiz'])
      if (!esSuNota(next, claves)) say(next.tamano, 'cambiada', ['nota'])
      await lookAtStamp(next)
      raices += 1
      next = (await kept.next()).value as Firmada | undefined
    }
  }
  for (;;) {
    const rows = await db.query<{ i: string; hash: Buffer }>(HOJAS, [String(tree.size), AT_ONCE])
    for (const { i, hash } of rows) {
      if (Number(i) !== tree.size) {
        say(tree.size, 'falta', [`hoja ${tree.size}`])
        return { raices, hojas: tree.size, sellos, fallas }
      }
      grow(tree, leafHash(hash))
      if (next?.tamano === tree.size || fuera?.tamano === tree.size) await look()
    }
    for (const { cadena, n } of await db.query<{ cadena: string; n: string }>(HOJAS_MALAS, [
      String(tree.size - rows.length),
      String(tree.size),
    ]))
      fallas.push({ objeto: `evidencia/${n}`, falla: 'ancla', campos: [`cadena ${cadena}`] })
    if (rows.length < AT_ONCE) break
  }
  // What was signed of more leaves than there are.
  for (; next; next = (await kept.next()).value as Firmada | undefined) {
    say(next.tamano, 'falta', ['hojas'])
    await lookAtStamp(next)
    raices += 1
  }
  await withoutRoot(Number.POSITIVE_INFINITY)
  if (fuera && fuera.tamano > tree.size) say(fuera.tamano, 'falta', ['hojas'])
  return { raices, hojas: tree.size, sellos, fallas }
}
