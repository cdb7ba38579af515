// The chain of one contract, for who signs it: recomputed now, and not taken from anywhere.
import type { X509Certificate } from 'node:crypto'
import type { Caller } from '../db/types.ts'
import { openCheckpoint, type Verifier } from './checkpoint.ts'
import { type Eslabon, recorrer } from './eslabones.ts'
import { esFalta, type Falla, filaDe } from './fallas.ts'
import { isIncluded, leafHash } from './merkle.ts'
import { ANCLA, DISCREPANCIAS, EVIDENCIAS, PAPELES } from './queries.ts'
import { fallaDeSello, type Sello } from './sellos.ts'

const AT_ONCE = 500

interface Ancla extends Record<string, unknown> {
  cabeza_n: string
  cabeza_hash: Buffer
  n: string | null
  hash: Buffer | null
  i: string | null
  tamano: string | null
  nota: string | null
  prueba: Buffer[] | null
}

/** How the time stamp of a root is found, and who must vouch for its TSA. */
export interface Sellos {
  de(tamano: number): Promise<Sello | undefined>
  autoridades: X509Certificate[]
}

/** The root over a contract, and whether it holds. */
async function raizDe(
  ancla: Ancla,
  claves: readonly Verifier[],
  hashes: Map<number, Buffer>,
  sellos: Sellos,
) {
  const { nota, tamano, n, hash, i, prueba } = ancla
  if (!nota || !tamano) return { raiz: null, fallas: [] as Falla[] }
  const opened = openCheckpoint(nota, claves)
  const fallas: Falla[] = []
  const say = (falla: Falla['falla'], campos: string[]) =>
    fallas.push({ objeto: `raiz/${tamano}`, falla, campos })
  if (!opened) say('cambiada', ['nota'])
  const isUnder =
    n !== null && opened && isIncluded(leafHash(hash!), Number(i), Number(tamano), prueba!, opened.root)
  if (n !== null && opened && !isUnder) say('ancla', ['prueba'])
  if (n !== null && !hashes.get(Number(n))?.equals(hash!)) say('ancla', [`evidencia ${n}`])
  const sello = await sellos.de(Number(tamano))
  const what = sello && (await fallaDeSello(sello, nota, sellos.autoridades))
  if (what) say('sello', [what])
  return {
    raiz: {
      nota,
      tamano: Number(tamano),
      hasta: n === null ? null : Number(n),
      incluida: Boolean(isUnder),
      sello: sello
        ? {
            en: sello.en.toISOString(),
            tsa: sello.tsa,
            valido: !what,
            respaldado: !what && sellos.autoridades.length > 0,
          }
        : null,
    },
    fallas,
  }
}

/**
 * Recomputes the chain of a contract and compares it with its rows, its messages, what was last read of its papers and the newest signed root.
 * @param db as the caller: who does not sign the contract is refused by the database.
 * @param claves the public keys that may have signed.
 * @param sellos the time stamps of the roots.
 */
export async function verificarContrato(
  db: Caller,
  contrato: { id: string; codigo: string },
  claves: readonly Verifier[],
  sellos: Sellos,
) {
  const fallas: Falla[] = []
  const recorrido = recorrer({ contrato: contrato.codigo })
  const [ancla] = await db.query<Ancla>(ANCLA, [contrato.id])
  // Of the chain one hash is kept, that of the anchored one.
  const hashes = new Map<number, Buffer>()
  for (;;) {
    const rows = await db.query<Eslabon>(EVIDENCIAS, [contrato.id, String(recorrido.n), AT_ONCE])
    for (const row of rows) {
      fallas.push(...recorrido.sigue(row))
      if (row.n === ancla?.cabeza_n && !row.hash.equals(ancla.cabeza_hash))
        fallas.push({ objeto: 'evidencia/cabeza', falla: 'cambiada', campos: ['hash'] })
      if (row.n === ancla?.n) hashes.set(Number(row.n), row.hash)
    }
    if (rows.length < AT_ONCE) break
  }
  // What was added while this was read comes after the head that was seen first.
  if (!ancla) fallas.push({ objeto: 'evidencia/cabeza', falla: 'falta', campos: [] })
  else if (recorrido.n < Number(ancla.cabeza_n))
    fallas.push({ objeto: `evidencia/${recorrido.n + 1}`, falla: 'falta', campos: [] })
  fallas.push(...(await db.query<Falla & Record<string, unknown>>(DISCREPANCIAS, [contrato.id])))
  fallas.push(...(await db.query<Falla & Record<string, unknown>>(PAPELES, [[contrato.id]])))
  const signed = ancla ? await raizDe(ancla, claves, hashes, sellos) : { raiz: null, fallas: [] }
  fallas.push(...signed.fallas)
  return {
    contrato: contrato.codigo,
    integro: !fallas.some(esFalta),
    evidencias: recorrido.n,
    cabeza: recorrido.hash.toString('hex'),
    raiz: signed.raiz,
    fallas: fallas.map(({ objeto, falla, campos }) => ({ ...filaDe(objeto), falla, campos })),
  }
}
