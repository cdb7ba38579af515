import type { SupabaseClient } from '@supabase/supabase-js'
import { listen } from '../db/listen.ts'
import type { Database, Query } from '../db/types.ts'
import { log } from '../process/log.ts'
import { leerObjeto } from './lector.ts'

export interface Revisor {
  /** Takes no more; what it was reading is for whoever comes next. */
  stop(): Promise<void>
}

/** How many files this process reads at once. */
const AT_ONCE = 2
const LEASE_S = 30
/** What waits comes due without anybody's notice, and so does what the functions registered. */
const LOOK_AGAIN_MS = 10_000
const worker = { role: 'service_role' }

/** A paper to be read, and the hash that the server knows of it, if it has read it before. */
type Lectura = { documento_id: string; url_archivo: string; esperado: string | null }

const TOMAR: Query = {
  name: 'tomar_lecturas',
  text: 'select * from privado.tomar_lecturas(1, make_interval(secs => $1))',
}
const PRORROGAR: Query = {
  name: 'prorrogar_lectura',
  text: 'select privado.prorrogar_lectura($1, make_interval(secs => $2))',
}
const POSPONER: Query = { name: 'posponer_lectura', text: 'select privado.posponer_lectura($1, $2)' }
const ANOTAR: Query = {
  name: 'anotar_revision',
  text: 'select privado.anotar_revision($1, $2, $3) as verificacion',
}

/**
 * Reads the stored bytes of papers as privado.documentos_por_leer asks, in any number of processes: each is taken for a
 * while that is prolonged as long as it is being read; of a process that dies, others read it then.
 * @param options.databaseUrl where to hear that something waits.
 * @param options.storage with the secret key: it works for nobody in particular.
 * @param options.leaseS seconds that a paper is taken for.
 */
export function startRevisor(options: {
  database: Database
  databaseUrl: string
  storage: SupabaseClient['storage']
  leaseS?: number
}): Revisor {
  const { storage, leaseS = LEASE_S } = options
  const database = options.database.as(worker)
  const stopping = new AbortController()
  const { signal } = stopping
  let bell = Promise.withResolvers<void>()
  const ring = () => {
    bell.resolve()
    bell = Promise.withResolvers<void>()
  }
  const listener = listen(options.databaseUrl, 'documentos', ring)
  const looking = setInterval(ring, LOOK_AGAIN_MS)

  // What is about to be said of a paper that the server knew is read twice: a disk that fails once is no forgery.
  async function leer({ url_archivo, esperado }: Lectura) {
    const leido = await leerObjeto(storage, url_archivo, signal)
    if (leido && (esperado === null || leido.sha256 === esperado)) return leido
    const otra = await leerObjeto(storage, url_archivo, signal)
    if (otra?.sha256 !== leido?.sha256) throw new Error('Two readings of its bytes differ')
    return otra
  }

  async function revisar(lectura: Lectura): Promise<void> {
    const { documento_id: documento } = lectura
    const renewing = setInterval(
      () => void database.query(PRORROGAR, [documento, leaseS]).catch(() => {}),
      (leaseS * 1000) / 3,
    )
    try {
      const leido = await leer(lectura)
      const [row] = await database.query<{ verificacion: string }>(ANOTAR, [
        documento,
        leido?.sha256,
        leido?.mime,
      ])
      if (row?.verificacion !== 'verificado')
        log.error({ documento, verificacion: row?.verificacion }, 'a document is not what was registered')
    } catch (error) {
      if (!signal.aborted) log.warn({ documento, err: error }, 'a document could not be read')
      const reason = signal.aborted ? null : (error as Error).message
      await database.query(POSPONER, [documento, reason]).catch(() => {})
    } finally {
      clearInterval(renewing)
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const waiting = bell.promise
      const [lectura] = await database.query<Lectura>(TOMAR, [leaseS]).catch((error) => {
        log.warn({ err: error }, 'the documents to be read could not be taken')
        return []
      })
      if (lectura) await revisar(lectura)
      else await waiting
    }
  }
  const running = Array.from({ length: AT_ONCE }, run)
  return {
    async stop() {
      stopping.abort()
      clearInterval(looking)
      ring()
      await Promise.all([...running, listener.close()])
    },
  }
}
