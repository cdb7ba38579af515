import { setResponseStatus } from 'h3'
import { registrarDispositivo } from '../../avisos/queries.ts'
import { NuevoDispositivoSchema } from '../../avisos/schemas.ts'
import { readBodyAs } from '../../http/input.ts'
import { asUser } from '../../session/as-user.ts'

/** POST /dispositivos — notices reach this device too. Rule: public.registrar_dispositivo. */
export default asUser(async (event, db) => {
  const { token, plataforma } = await readBodyAs(event, NuevoDispositivoSchema)
  const cuerpo = await db.one(registrarDispositivo, [token, plataforma])
  setResponseStatus(event, 201)
  return cuerpo
})
