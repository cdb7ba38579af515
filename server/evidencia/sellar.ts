import type { X509Certificate } from 'node:crypto'
import type { Database } from '../db/types.ts'
import { log } from '../process/log.ts'
import { askStamp } from './sello.ts'

const FALTAN = {
  name: 'evidencias_sellos_faltan',
  text: 'select tamano, nota from privado.sellos_que_faltan()',
}
const ANOTAR = {
  name: 'evidencias_anotar_sello',
  text: 'select privado.anotar_sello($1::bigint, $2::timestamptz, $3, $4::bytea)',
}

/**
 * Has the roots stamped that are not yet; one that cannot be now is asked for again the next day, for a month.
 * @param trusted who must vouch for the TSA; with none, nobody needs to.
 * @returns how many were stamped.
 */
export async function sellar(database: Database, url: string, trusted: X509Certificate[]): Promise<number> {
  const db = database.as({ role: 'service_role' })
  let stamped = 0
  for (const { tamano, nota } of await db.query<{ tamano: string; nota: string }>(FALTAN)) {
    try {
      const { en, respuesta } = await askStamp(url, Buffer.from(nota), trusted)
      await db.query(ANOTAR, [tamano, en.toISOString(), new URL(url).host, respuesta])
      stamped += 1
    } catch (error) {
      log.warn({ reason: String(error) }, 'a root of the evidences could not be stamped')
      break
    }
  }
  return stamped
}
