// The time stamps that were kept, read again: of the note that they are beside, by whom, and when.

import type { X509Certificate } from 'node:crypto'
import type { Caller } from '../db/types.ts'

const AT_ONCE = 100
const SELLOS = {
  name: 'evidencias_sellos',
  text: 'select tamano, en, tsa, respuesta from privado.sellos($1::bigint, $2::int)',
}

/** A stamp as it was kept. */
export interface Sello {
  /** Of which root: how many leaves it has. */
  tamano: number
  en: Date
  tsa: string
  respuesta: Buffer
}

type Row = { tamano: string; en: Date | string; tsa: string; respuesta: Buffer }
const selloDe = ({ tamano, en, tsa, respuesta }: Row): Sello => ({
  tamano: Number(tamano),
  en: new Date(en),
  tsa,
  respuesta,
})

/** All of them, in the order of their roots. */
export async function* todosLosSellos(db: Caller): AsyncGenerator<Sello> {
  for (let desde = 0; ; ) {
    const rows = await db.query<Row>(SELLOS, [String(desde), AT_ONCE])
    for (const row of rows) yield selloDe(row)
    if (rows.length < AT_ONCE) return
    desde = Number(rows.at(-1)!.tamano) + 1
  }
}

/** That of one root. */
export async function selloDeRaiz(db: Caller, tamano: number): Promise<Sello | undefined> {
  const [row] = await db.query<Row>(SELLOS, [String(tamano), 1])
  return row && Number(row.tamano) === tamano ? selloDe(row) : undefined
}

/**
 * What of a stamp does not hold.
 * @param nota what it should be of.
 * @param trusted who must vouch for its TSA; with none, only that the stamp is of the certificate that it brings.
 */
export async function fallaDeSello(
  { respuesta, en }: Pick<Sello, 'respuesta'> & Partial<Sello>,
  nota: string,
  trusted: X509Certificate[],
): Promise<string | undefined> {
  // What reads stamps is only loaded where there is one.
  const { readStamp } = await import('./sello.ts')
  try {
    const said = readStamp(respuesta, Buffer.from(nota), trusted)
    return en === undefined || said.en.getTime() === en.getTime() ? undefined : 'en'
  } catch (error) {
    return (error as Error).message
  }
}
