import { setResponseStatus } from 'h3'
import { quitarDispositivo } from '../../queries/notificaciones.ts'
import { comoUsuario } from '../../utils/como-usuario.ts'
import { parametro } from '../../utils/contrato-de.ts'

/** DELETE /dispositivos/{token} — an app does so when its user leaves. Rule: RLS of public.dispositivos. */
export default comoUsuario(async (event, db) => {
  await db.query(quitarDispositivo, [parametro(event, 'token')])
  setResponseStatus(event, 204)
  return null
})
