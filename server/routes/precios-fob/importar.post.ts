import { setResponseStatus } from 'h3'
import { aplicarPrecios, type Lineas, leerPrecios } from '../../precios/importar.ts'
import { exigirCuenta } from '../../queries/personas.ts'
import { ImportacionSchema } from '../../schemas/precios.ts'
import { comoUsuario, type Json, type UserConnection } from '../../utils/como-usuario.ts'
import { readCsv } from '../../utils/csv-body.ts'
import { unaSolaVez } from '../../utils/idempotency.ts'
import { readQueryAs } from '../../utils/input.ts'

/** POST /precios-fob/importar — prices of a CSV, with a report line by line. Rule: public.precios_fob triggers. */
export default comoUsuario(async (event, db) => {
  const { simular } = readQueryAs(event, ImportacionSchema)
  // Before reading a file of somebody who may write nothing.
  await db.query(exigirCuenta)
  const lineas = await readCsv(event, leerPrecios)
  if (simular) return simularPrecios(db, lineas)
  const { estado, cuerpo } = await unaSolaVez(event, db, lineas, async (tx) => ({
    estado: 200,
    cuerpo: await aplicarPrecios(tx, lineas, false),
  }))
  setResponseStatus(event, estado)
  return cuerpo
})

/** What would become of each line: the same statement, undone. */
async function simularPrecios(db: UserConnection, lineas: Lineas): Promise<Json> {
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
  return cuerpo
}
