import type { SupabaseClient } from '@supabase/supabase-js'
import type { Database, Query } from '../db/types.ts'
import { log } from '../process/log.ts'
import { type Inspected, inspect } from './content/inspect-file.ts'
import { inAddress } from './download.ts'
import { isMissing } from './storage-errors.ts'

/** How many at once, and how many in one run at most: the next goes on. */
const TANDA = 20
const POR_VEZ = 200

/** Where the next run goes on: what cannot be read waits for its turn to come round, and hides nothing behind it. */
let siguiente = '0'

/** $1 id after which it goes on, $2 how many → documents whose bytes no server has read. */
const PENDIENTES: Query = {
  name: 'documentos_por_revisar',
  text: 'select id, url_archivo from privado.documentos_por_revisar($1::bigint, $2::int)',
}

/** $1 id, $2 sha256, or null without a file, $3 mime. */
const ANOTAR: Query = {
  name: 'anotar_revision',
  text: 'select privado.anotar_revision($1::bigint, $2, $3)',
}

/**
 * Reads the bytes of the papers that an SDK registered: what they are and their hash is what they hold, and not what a
 * client says. One that cannot be read now is left for the next time.
 * @param storage with the secret key: it works for nobody in particular.
 * @returns how many were read.
 */
export async function revisarDocumentos(
  database: Database,
  storage: SupabaseClient['storage'],
): Promise<number> {
  const tarea = database.as({ role: 'service_role' })
  let revisados = 0
  for (let vistos = 0; vistos < POR_VEZ; ) {
    const pendientes = await tarea.query<{ id: string; url_archivo: string }>(PENDIENTES, [siguiente, TANDA])
    for (const { id, url_archivo } of pendientes) {
      siguiente = id
      try {
        const leido = await leer(storage, url_archivo)
        await tarea.query(ANOTAR, [id, leido?.sha256, leido?.mime])
        revisados++
      } catch (error) {
        log.warn({ documento: id, err: error }, 'a document could not be reviewed')
      }
    }
    vistos += pendientes.length
    if (pendientes.length === TANDA) continue
    siguiente = '0'
    break
  }
  return revisados
}

/** The bytes of an object, one pass; undefined when there is no such object. */
async function leer(storage: SupabaseClient['storage'], ruta: string): Promise<Inspected | undefined> {
  const [bucket = '', ...objeto] = ruta.split('/')
  const { data, error } = await storage
    .from(bucket)
    .download(inAddress(objeto.join('/')))
    .asStream()
  if (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  const chunks = (data as unknown as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
  const inspection = await inspect({
    next: async () => {
      const { done, value } = await chunks.next()
      return done ? { done, value: undefined } : { done: false, value: Buffer.from(value) }
    },
  })
  for await (const _ of inspection.content);
  return inspection.result()
}
