import { setResponseHeader, setResponseStatus } from 'h3'
import { leerOperacion } from '../../grafo/leer-operacion.ts'
import { registrarOperacion } from '../../grafo/queries.ts'
import { asUser } from '../../session/as-user.ts'
import { once } from '../../session/once.ts'

/** POST /operaciones — what was done with lots of the company. Rule: public.registrar_operacion. */
export default asUser(async (event, db) => {
  const nueva = await leerOperacion(event)
  const { status, cuerpo } = await once(event, db, nueva, async (tx) => {
    const listas = {
      entradas: JSON.stringify(nueva.entradas),
      salidas: JSON.stringify(nueva.salidas),
      perdidas: JSON.stringify(nueva.perdidas),
    }
    const registrada = await tx.one(...registrarOperacion.with({ ...nueva, ...listas }))
    // What may not be written is raised: an answer always comes back.
    return { status: 201, cuerpo: registrada! }
  })
  setResponseStatus(event, status)
  setResponseHeader(event, 'location', `operaciones/${JSON.parse(cuerpo).operacion.id}`)
  return cuerpo
})
