import { createHash } from 'node:crypto'
import { getRequestHeader, type H3Event, setResponseHeader } from 'h3'
import type { Json } from '../db/types.ts'
import type { UserConnection, UserDb } from './as-user.ts'
import { guardarRespuesta, iniciarClave } from './once-queries.ts'

/** What a POST answers: its status and its JSON. */
export interface Answer {
  estado: number
  cuerpo: Json
}

/**
 * Runs the work of a POST once per `Idempotency-Key`: a repetition with the same path and input gets the first
 * answer; with another input, 422 `idempotencia_distinta`. Key, work and answer are one transaction, so a
 * parallel repetition waits and a failure leaves the key free. Without a key the work simply runs.
 * @param huella what makes two requests the same, besides their path.
 */
export async function once(
  event: H3Event,
  db: UserConnection,
  huella: unknown,
  work: (db: UserDb) => Promise<Answer>,
): Promise<Answer> {
  const clave = getRequestHeader(event, 'idempotency-key')
  if (clave === undefined) return work(db)
  const ruta = `POST ${event.path.split('?')[0]}`
  const resumen = createHash('sha256').update(JSON.stringify(huella)).digest('hex')
  return db.transaction(async (tx) => {
    const [previa] = await tx.query<{ estado: number | null; cuerpo: Json }>(iniciarClave, [
      clave,
      ruta,
      resumen,
    ])
    if (previa && previa.estado !== null) {
      setResponseHeader(event, 'idempotency-replayed', 'true')
      return { estado: previa.estado, cuerpo: previa.cuerpo }
    }
    const respuesta = await work(tx)
    await tx.query(guardarRespuesta, [clave, ruta, respuesta.estado, respuesta.cuerpo])
    return respuesta
  })
}
