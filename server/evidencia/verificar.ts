// All chains of an installation against its tables and its signed roots, in constant memory.
import type { Caller } from '../db/types.ts'
import { type Duena, type Eslabon, type Recorrido, recorrer } from './eslabones.ts'
import type { Falla } from './fallas.ts'
import { PAPELES } from './queries.ts'

/** How many evidences at once; and of how many chains the tables are compared in one query. */
const AT_ONCE = 5_000
const CADENAS_DE_UNA_VEZ = 200

const PAGINA = {
  name: 'evidencias_pagina',
  text: `select cadena, n, to_char(en at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as en, tipo, actor, objeto,
      canonico, previo, hash
    from privado.evidencias_pagina($1::bigint, $2::bigint, $3::int)`,
}
const CABEZAS = {
  name: 'evidencias_cabezas',
  text: 'select cadena, nombre, n, hash from privado.cabezas_de($1::bigint[])',
}
const FILAS = {
  name: 'evidencias_filas',
  text: 'select cadena, objeto, falla, campos from privado.filas_que_no_cuadran($1::bigint[])',
}
const MENSAJES = {
  name: 'evidencias_mensajes',
  text: 'select cadena, objeto, falla, campos from privado.mensajes_que_no_cuadran($1::bigint[])',
}
const FALTAN = { name: 'evidencias_faltan', text: 'select cadena from privado.cadenas_que_faltan()' }

/** What does not hold, and in which chain. */
export interface FallaDeCadena extends Falla {
  /** The id of a contract; that of a company, negative; 0, the installation's. */
  cadena: string
}

export interface Avance {
  cadenas: number
  evidencias: number
}

type Fila = { cadena: string; objeto: string; falla: Falla['falla']; campos: string[] }

/** The owner of a chain, as its first evidence tells it: what it says is compared with its head in the end. */
function duenaDe(cadena: string, canonico: string): Duena {
  const id = Number(cadena)
  if (id < 0) return { empresa: -id }
  if (id === 0) return { instalacion: 1 }
  return { contrato: /"contrato":"([^"]*)"/.exec(canonico)?.[1] ?? '' }
}

/**
 * Goes through every chain and compares it with its head and with the rows of its tables.
 * @param onFault told of each thing that does not hold, as it is found.
 * @param onProgress called now and then.
 * @param readings what whoever last read the bytes of papers found of them: not asked for where they are read now.
 */
export async function verificarCadenas(
  db: Caller,
  onFault: (falla: FallaDeCadena) => void,
  onProgress: (avance: Avance) => void = () => {},
  readings = true,
): Promise<Avance> {
  const avance: Avance = { cadenas: 0, evidencias: 0 }
  /** Chains that were gone through whole, to be compared. */
  const hechas = new Map<string, { recorrido: Recorrido; duena: Duena }>()
  let cadena: string | undefined
  let actual: { recorrido: Recorrido; duena: Duena } | undefined

  /** What was added to a chain while others were read, up to the head that is seen now. */
  async function alcanzar(id: string, recorrido: Recorrido, n: number): Promise<void> {
    while (recorrido.n < n) {
      const tope = Math.min(AT_ONCE, n - recorrido.n)
      const rows = await db.query<Eslabon & { cadena: string }>(PAGINA, [id, String(recorrido.n), tope])
      const own = rows.filter((row) => row.cadena === id)
      if (!own.length) return
      for (const row of own) for (const falla of recorrido.sigue(row)) onFault({ cadena: id, ...falla })
      avance.evidencias += own.length
    }
  }

  async function comparar(): Promise<void> {
    if (!hechas.size) return
    const ids = [...hechas.keys()]
    const cabezas = new Map(
      (
        await db.query<{ cadena: string; nombre: string | null; n: string; hash: Buffer }>(CABEZAS, [ids])
      ).map((cabeza) => [cabeza.cadena, cabeza]),
    )
    for (const [id, { recorrido, duena }] of hechas) {
      const cabeza = cabezas.get(id)
      if (cabeza) await alcanzar(id, recorrido, Number(cabeza.n))
      const nombre = 'contrato' in duena ? duena.contrato : null
      const campos = cabeza
        ? [
            ...(Number(cabeza.n) === recorrido.n ? [] : ['n']),
            ...(cabeza.hash.equals(recorrido.hash) ? [] : ['hash']),
            ...(cabeza.nombre === nombre ? [] : ['nombre']),
          ]
        : []
      if (!cabeza || campos.length)
        onFault({ cadena: id, objeto: 'evidencia/cabeza', falla: cabeza ? 'cambiada' : 'falta', campos })
    }
    for (const query of readings ? [FILAS, MENSAJES, PAPELES] : [FILAS, MENSAJES])
      for (const fila of await db.query<Fila>(query, [ids])) onFault(fila)
    hechas.clear()
  }

  let page = db.query<Eslabon & { cadena: string }>(PAGINA, [String(Number.MIN_SAFE_INTEGER), '0', AT_ONCE])
  for (;;) {
    const rows = await page
    const last = rows.at(-1)
    // The next comes while this one is hashed.
    if (last && rows.length === AT_ONCE) page = db.query(PAGINA, [last.cadena, last.n, AT_ONCE])
    for (const row of rows) {
      if (row.cadena !== cadena || !actual) {
        if (actual) hechas.set(cadena!, actual)
        if (hechas.size >= CADENAS_DE_UNA_VEZ) await comparar()
        const duena = duenaDe(row.cadena, row.canonico)
        cadena = row.cadena
        actual = { duena, recorrido: recorrer(duena) }
        avance.cadenas += 1
      }
      for (const falla of actual.recorrido.sigue(row)) onFault({ cadena: row.cadena, ...falla })
    }
    avance.evidencias += rows.length
    onProgress(avance)
    if (rows.length < AT_ONCE) break
  }
  if (actual) hechas.set(cadena!, actual)
  await comparar()
  for (const { cadena: id } of await db.query<{ cadena: string }>(FALTAN))
    onFault({ cadena: id, objeto: 'evidencia/cadena', falla: 'falta', campos: [] })
  return avance
}
