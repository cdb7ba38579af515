import { setResponseStatus } from 'h3'
import { quitarDispositivo } from '../../avisos/queries.ts'
import { pathParameter } from '../../http/path.ts'
import { asUser } from '../../session/as-user.ts'

/** DELETE /dispositivos/{token} — an app does so when its user leaves. Rule: RLS of public.dispositivos. */
export default asUser(async (event, db) => {
  await db.query(quitarDispositivo, [pathParameter(event, 'token')])
  setResponseStatus(event, 204)
  return null
})
