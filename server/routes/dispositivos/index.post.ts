import { setResponseStatus } from 'h3'
import { registrarDispositivo } from '../../queries/notificaciones.ts'
import { NuevoDispositivoSchema } from '../../schemas/notificaciones.ts'
import { comoUsuario } from '../../utils/como-usuario.ts'
import { readBodyAs } from '../../utils/input.ts'

/** POST /dispositivos — notices reach this device too. Rule: public.registrar_dispositivo. */
export default comoUsuario(async (event, db) => {
  const { token, plataforma } = await readBodyAs(event, NuevoDispositivoSchema)
  const cuerpo = await db.one(registrarDispositivo, [token, plataforma])
  setResponseStatus(event, 201)
  return cuerpo
})
