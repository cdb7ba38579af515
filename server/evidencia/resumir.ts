import type { Database } from '../db/types.ts'

const POR_RESUMIR = {
  name: 'evidencias_por_resumir',
  text: 'select c::text as contrato from privado.por_resumir($1) as c',
}
const RESUMIR = {
  name: 'evidencias_resumir',
  text: 'select privado.resumir_mensajes($1::bigint) as mensajes',
}

/** One call makes as many digests at most, each of one message or more: who made fewer has nothing left. */
const DIGESTS = 100

/**
 * Puts the messages of the minutes that ended into the chains of their contracts, one contract a transaction.
 * @param all looks at every message there is, and not only at those of late.
 * @returns how many messages.
 */
export async function resumir(database: Database, all = false): Promise<number> {
  const db = database.as({ role: 'service_role' })
  let total = 0
  for (const { contrato } of await db.query<{ contrato: string }>(POR_RESUMIR, [all]))
    for (let done = DIGESTS; done >= DIGESTS; total += done) {
      const [row] = await db.query<{ mensajes: number }>(RESUMIR, [contrato])
      done = row?.mensajes ?? 0
    }
  return total
}
