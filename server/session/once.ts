import { createHash } from 'node:crypto'
import { getRequestHeader, type H3Event, setResponseHeader } from 'h3'
import type { Json, Query } from '../db/types.ts'
import type { UserConnection, UserDb } from './as-user.ts'

/** What a POST answers: its status and its JSON, and the version of what is edited under If-Match. */
export interface Answer {
  status: number
  cuerpo: Json
  version?: string
}

/** $1 key, $2 path, $3 fingerprint of the input → the first answer, or null when the key is new. */
const BEGIN: Query = {
  name: 'idempotencia_iniciar',
  text: `select (kept ->> 'estado')::int as status, kept -> 'cuerpo' as cuerpo, kept -> 'cuerpo' ->> 'actualizado_en' as version
    from privado.idempotencia_iniciar($1, $2, $3) as kept`,
}

/** $1 key, $2 path, $3 status, $4 JSON of the answer. */
const KEEP: Query = {
  name: 'idempotencia_guardar',
  text: 'select privado.idempotencia_guardar($1, $2, $3, $4)',
}

/**
 * Runs the work of a POST once per `Idempotency-Key`: a repetition with the same path and input gets the first
 * answer; with another input, 422 `idempotencia_distinta`. Key, work and answer are one transaction, so a
 * parallel repetition waits and a failure leaves the key free. Without a key the work simply runs.
 * @param input what makes two requests the same, besides their path.
 */
export async function once<A extends Answer>(
  event: H3Event,
  db: UserConnection,
  input: unknown,
  work: (db: UserDb) => Promise<A>,
): Promise<A> {
  const key = getRequestHeader(event, 'idempotency-key')
  if (key === undefined) return work(db)
  const path = `POST ${event.path.split('?')[0]}`
  const fingerprint = createHash('sha256').update(JSON.stringify(input)).digest('hex')
  return db.transaction(async (tx) => {
    const [first] = await tx.query<A | { status: null }>(BEGIN, [key, path, fingerprint])
    if (first && first.status !== null) {
      setResponseHeader(event, 'idempotency-replayed', 'true')
      return first as A
    }
    const answer = await work(tx)
    await tx.query(KEEP, [key, path, answer.status, answer.cuerpo])
    return answer
  })
}
