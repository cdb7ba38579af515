import { AuthError } from '../admin/errors.ts'
import { validPathId } from '../admin/params.ts'
import { type AuthContext, json, type Route } from '../context.ts'
import { audit } from '../records/audit.ts'
import { deleteFactor } from '../records/factors.ts'
import { lockUser } from '../records/users.ts'
import { ownFactor } from './challenge.ts'
import { requireOwner } from './enroll.ts'

/** DELETE /factors/:id. A factor that has been proved is removed only by who has just given its code. */
export function unenrollFactor(context: AuthContext): Route {
  return async (call) => {
    const { user, session } = await requireOwner(context, call)
    const id = validPathId(call.params.id, 'factor_id')
    await context.db.transaction('Database error deleting factor', async (tx) => {
      await lockUser(tx, user.id)
      const factor = await ownFactor(tx, user.id, id)
      if (factor.status === 'verified' && session.aal !== 'aal2')
        throw new AuthError(422, 'insufficient_aal', 'AAL2 required to unenroll verified factor')
      const traits = { factor_id: id, factor_status: factor.status, session_id: session.id }
      await audit(tx, 'factor_unenrolled', user, { traits, ip: call.ip })
      await deleteFactor(tx, factor)
    })
    return json({ id })
  }
}
