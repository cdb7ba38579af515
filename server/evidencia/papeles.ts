// Whether the stored bytes of papers are those whose hash the chain tells: read now, and not taken from whoever read
// them last.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Caller } from '../db/types.ts'
import type { FallaDeCadena } from './verificar.ts'

const AT_ONCE = 100
/** How many wait to be read again: of more, the Storage does not answer, and the rest waits too. */
const WAITING = 200
/** Between one reading and the next of what could not be read: a Storage that comes back takes minutes. */
const WAITS_MS = [5_000, 60_000, 240_000]

const PAPELES = {
  name: 'evidencias_papeles_pagina',
  text: `select id, contrato_id as cadena, url_archivo, sha256 from public.documentos_contrato
    where id > $1::bigint and huella_de in ('subida', 'revision') order by id limit $2::int`,
}

interface Papel extends Record<string, unknown> {
  id: string
  cadena: string
  url_archivo: string
  sha256: string
}

/** What was read. */
export interface PapelesLeidos {
  papeles: number
  bytes: number
}

/** How papers are read. */
export interface Lectura {
  /** The bytes of an object: their hash and how many; undefined where there is none. Throws where Storage fails. */
  leer(url: string): Promise<{ sha256: string; bytes: number } | undefined>
  /** How many at once. */
  aLaVez?: number
  /** Bytes a second at most, of all together: what serves goes first. */
  porSegundo?: number
  /** Milliseconds before each other reading of what was not there, or could not be read. */
  esperas?: readonly number[]
}

/** Is it what its hash says? Undefined where that cannot be told now. */
async function mirar({ leer }: Lectura, { url_archivo, sha256 }: Papel) {
  try {
    const read = await leer(url_archivo)
    if (!read) return { falla: 'sin archivo' as const, bytes: 0 }
    return { falla: read.sha256 === sha256 ? undefined : ('otros bytes' as const), bytes: read.bytes }
  } catch {
    return { falla: 'sin leer' as const, bytes: 0 }
  }
}

/**
 * Reads the stored bytes of every paper whose hash the server knows, in constant memory. A paper that is not there, or
 * has other bytes, is read again later before it is told: a disk that is not mounted for some minutes has lost nothing.
 * @param onFault told of each paper that is not what it was, or that could not be read.
 * @param onProgress called after each.
 */
export async function verificarPapeles(
  db: Caller,
  lectura: Lectura,
  onFault: (falla: FallaDeCadena) => void,
  onProgress: (leidos: PapelesLeidos) => void = () => {},
): Promise<PapelesLeidos> {
  const { aLaVez = 2, porSegundo = Number.POSITIVE_INFINITY, esperas = WAITS_MS } = lectura
  const leidos: PapelesLeidos = { papeles: 0, bytes: 0 }
  const began = performance.now()
  let waiting: Papel[] = []
  // Once all of it was waited for in vain nothing is waited for again, until something is read.
  let isPatient = true

  async function leerTodos(papeles: readonly Papel[], isLast: boolean): Promise<Papel[]> {
    const again: Papel[] = []
    const queue = papeles.values()
    const lane = async () => {
      for (const papel of queue) {
        const { falla, bytes } = await mirar(lectura, papel)
        leidos.bytes += bytes
        if (!falla) isPatient = true
        if (falla && !isLast) again.push(papel)
        else leidos.papeles += 1
        if (falla && isLast)
          onFault({ cadena: papel.cadena, objeto: `documento/${papel.id}`, falla, campos: [] })
        onProgress(leidos)
        const ahead = (leidos.bytes / porSegundo) * 1000 - (performance.now() - began)
        if (ahead > 0) await sleep(ahead)
      }
    }
    await Promise.all(Array.from({ length: aLaVez }, lane))
    return again
  }

  async function repetir(): Promise<void> {
    const waits = isPatient ? esperas : [0]
    isPatient = false
    for (const [i, ms] of waits.entries()) {
      if (!waiting.length) break
      await sleep(ms)
      waiting = await leerTodos(waiting, i === waits.length - 1)
    }
  }

  for (let last = '0'; ; ) {
    const rows = await db.query<Papel>(PAPELES, [last, AT_ONCE])
    waiting.push(...(await leerTodos(rows, esperas.length === 0)))
    if (waiting.length >= WAITING) await repetir()
    if (rows.length < AT_ONCE) break
    last = rows.at(-1)!.id
  }
  await repetir()
  return leidos
}
