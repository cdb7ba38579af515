import { type H3Event, setResponseStatus } from 'h3'
import { readCsv } from '../../http/csv-body.ts'
import { readQueryAs } from '../../http/input.ts'
import { fromDatabase } from '../../http/postgres-errors.ts'
import { aplicarPrecios, type Lineas, leerPrecios } from '../../precios/importar.ts'
import { ImportacionSchema } from '../../precios/schemas.ts'
import { openTurns } from '../../process/turns.ts'
import { asUser, type UserConnection, type UserDb } from '../../session/as-user.ts'
import { exigirCuenta } from '../../session/no-row.ts'
import { type Answer, once } from '../../session/once.ts'

// A file is read while it arrives, however slowly: of one person a few at once, and no body waits unread for long. What
// has arrived is applied a few at a time, one of each person: an import is work for Postgres of some seconds, and others
// write meanwhile.
const leyendo = openTurns({ each: 3, waiting: 5, patienceMs: 15_000 })
const aplicando = openTurns({ each: 1, total: 2, waiting: 5, patienceMs: 60_000 })

/** POST /precios-fob/importar — prices of a CSV, with a report line by line. Rule: public.precios_fob triggers. */
export default asUser(async (event, db) => {
  const { simular } = readQueryAs(event, ImportacionSchema)
  // Before reading a file of somebody who may write nothing.
  await db.query(exigirCuenta)
  const quien = db.claims.sub
  const { status, cuerpo } = await leyendo(quien, async () => {
    const lineas = await readCsv(event, leerPrecios)
    return aplicando(quien, () => (simular ? simularPrecios(db, lineas) : guardarPrecios(event, db, lineas)))
  }).catch((error) => {
    throw fromDatabase(error)
  })
  setResponseStatus(event, status)
  return cuerpo
})

function guardarPrecios(event: H3Event, db: UserConnection, lineas: Lineas): Promise<Answer> {
  const aplicar = (tx: UserDb) => aplicarPrecios(tx, lineas, false)
  return once(event, db, lineas, async (tx) => ({
    status: 200,
    // With a key it is a transaction already.
    cuerpo: await (tx === db ? db.transaction(aplicar) : aplicar(tx)),
  }))
}

/** What would become of each line: the same statement, undone. */
async function simularPrecios(db: UserConnection, lineas: Lineas): Promise<Answer> {
  const nada = new Error('simulated')
  let cuerpo = ''
  await db
    .transaction(async (tx) => {
      cuerpo = await aplicarPrecios(tx, lineas, true)
      throw nada
    })
    .catch((error) => {
      if (error !== nada) throw error
    })
  return { status: 200, cuerpo }
}
