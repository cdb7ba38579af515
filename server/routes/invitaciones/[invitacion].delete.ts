import { setResponseStatus } from 'h3'
import { pathId } from '../../http/path.ts'
import { problem } from '../../http/problem.ts'
import { anularInvitacion } from '../../personas/queries.ts'
import { asUser } from '../../session/as-user.ts'
import { noAccess } from '../../session/no-row.ts'

/** DELETE /invitaciones/{invitacion} — voids it. Rule: RLS and trigger of invitaciones. */
export default asUser(async (event, db) => {
  const id = pathId(event, 'invitacion', 'invitacion_no_existe')
  if (!(await db.one(anularInvitacion, [id]))) {
    const reason = await noAccess(db)
    throw reason.clave === 'sin_permiso' ? problem('invitacion_no_existe') : reason
  }
  setResponseStatus(event, 204)
  return null
})
