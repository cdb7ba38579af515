import { setResponseStatus } from 'h3'
import { operacionDe } from '../../../grafo/operacion.ts'
import { anularOperacion } from '../../../grafo/queries.ts'
import { AnulacionOperacionSchema } from '../../../grafo/schemas.ts'
import { readBodyAs } from '../../../http/input.ts'
import { asUser } from '../../../session/as-user.ts'
import { once } from '../../../session/once.ts'

/** POST /operaciones/{operacion}/anular — what it took goes back; it stays told. Rule: public.anular_operacion. */
export default asUser(async (event, db) => {
  const operacion = operacionDe(event)
  const anulacion = await readBodyAs(event, AnulacionOperacionSchema)
  const { status, cuerpo } = await once(event, db, anulacion, async (tx) => {
    const anulada = await tx.one(anularOperacion, [operacion, anulacion.motivo, anulacion.id])
    // What may not be voided is raised: an answer always comes back.
    return { status: 201, cuerpo: anulada! }
  })
  setResponseStatus(event, status)
  return cuerpo
})
