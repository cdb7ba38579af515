import { setResponseStatus } from 'h3'
import { quitarDispositivo } from '../../avisos/queries.ts'
import { parametro } from '../../contratos/contrato-de.ts'
import { comoUsuario } from '../../session/as-user.ts'

/** DELETE /dispositivos/{token} — an app does so when its user leaves. Rule: RLS of public.dispositivos. */
export default comoUsuario(async (event, db) => {
  await db.query(quitarDispositivo, [parametro(event, 'token')])
  setResponseStatus(event, 204)
  return null
})
