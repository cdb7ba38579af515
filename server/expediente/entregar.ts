import { createHash } from 'node:crypto'
import { PassThrough, type Readable, Transform } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import type { H3Event } from 'h3'
import { pools } from '../db/pools.ts'
import { openZip } from '../evidencia/zip-writer.ts'
import { tooManyAtOnce } from '../http/postgres-errors.ts'
import { log } from '../process/log.ts'
import { openTurns, TooManyAtOnce } from '../process/turns.ts'
import type { UserConnection } from '../session/as-user.ts'
import { escribirBolsa, type Fuentes } from './bolsa.ts'
import { anotarExpediente, type Expediente } from './leer.ts'

/**
 * Of one person, one at once and another waiting: an expediente reads all the papers of a contract. Of all there is no
 * limit: whoever reads slowly would hold the others, and costs as much as who downloads a paper.
 */
const turnos = openTurns({ each: 1, waiting: 1, patienceMs: 30_000 })

/** What passes, and what is known of it once it has. */
function watch() {
  const hash = createHash('sha256')
  const seen = { bytes: 0, sha256: () => hash.digest('hex') }
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      seen.bytes += chunk.byteLength
      done(null, chunk)
    },
  })
  return { stream, seen }
}

/**
 * Makes an expediente as fast as its reader takes it, and notes in the chain what was handed over whole. Whoever leaves
 * ends it: what was being read is let go, and nothing is noted.
 * @returns the ZIP.
 * @throws Problem 429 for who has too many under way.
 */
export async function entregar(
  event: H3Event,
  db: UserConnection,
  exp: Expediente,
  fuentes: Fuentes,
): Promise<Readable> {
  const turno = Promise.withResolvers<void>()
  const salida = new PassThrough()
  // Also of who left while it was being read what goes in: nobody would ever take what is made.
  void finished(event.node.res)
    .catch(() => {})
    .then(() => salida.destroy())
  const hecho = turnos(String(db.claims.sub), async () => {
    turno.resolve()
    const zip = openZip()
    const { stream, seen } = watch()
    const sent = pipeline(zip.output, stream, salida)
    const written = escribirBolsa(zip, exp, fuentes).then(zip.end, zip.destroy)
    await Promise.all([sent, written])
    // To its last byte: what is in a buffer of ours has been handed to nobody.
    await finished(event.node.res)
    // Not by a connection of those that read: it waits for the head of the chain.
    await pools().database.as(db.claims).query(anotarExpediente, [exp.id, exp.n, seen.sha256(), seen.bytes])
  })
  hecho.catch((error) => {
    turno.reject(error)
    // Whoever left has been answered; the rest is told by the answer that breaks off.
    if (event.node.res.destroyed) return
    log.warn({ request: event.context.requestId, err: error }, 'an expediente could not be made')
    salida.destroy(error)
  })
  await turno.promise.catch((error) => {
    throw error instanceof TooManyAtOnce ? tooManyAtOnce(error) : error
  })
  return salida
}
