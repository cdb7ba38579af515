import type { H3Event } from 'h3'
import { pools } from '../db/pools.ts'
import type { Query } from '../db/types.ts'
import { pathParameter } from '../http/path.ts'
import { fromDatabase } from '../http/postgres-errors.ts'
import { huellaDe } from './testigo.ts'

const ANYBODY = { role: 'anon' }

/**
 * Asks what a token opens, as anybody, whoever's session comes along: the page is the same for all. What cannot be a
 * token is asked as well, and takes as long as one that is none.
 * @param query $1 code, $2 hash of the token, and then `more`.
 * @returns undefined for a token that opens nothing.
 */
export async function preguntar<T>(event: H3Event, query: Query, more: unknown[]): Promise<T | undefined> {
  const [codigo, testigo] = [pathParameter(event, 'codigo'), pathParameter(event, 'testigo')]
  const [fila] = await pools()
    .database.as(ANYBODY, `anon ${event.context.address}`)
    .query<{ cuerpo: string | null }>(query, [codigo, huellaDe(testigo), ...more])
    .catch((error) => {
      throw fromDatabase(error)
    })
  return fila?.cuerpo ? (JSON.parse(fila.cuerpo) as T) : undefined
}
