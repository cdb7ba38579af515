import { AuthError } from '../admin/errors.ts'
import { validPathId } from '../admin/params.ts'
import { requireCaller } from '../caller.ts'
import { type AuthContext, json, type Route } from '../context.ts'
import { audit } from '../records/audit.ts'
import { updateUser } from '../records/change-user.ts'
import { deleteIdentity, refreshProviders } from '../records/identities.ts'
import { lockUser } from '../records/users.ts'
import { takeEmailOfIdentity } from './emails.ts'

/** @throws AuthError manual_linking_disabled unless config.toml lets people link and unlink. */
export function assertLinking({ config }: AuthContext): void {
  if (config.enable_manual_linking !== true)
    throw new AuthError(404, 'manual_linking_disabled', 'Manual linking is disabled')
}

/** DELETE /user/identities/:id. The last one stays: without it nobody gets in. */
export function unlinkIdentity(context: AuthContext): Route {
  return async (call) => {
    const caller = await requireCaller(context, call)
    assertLinking(context)
    const id = validPathId(call.params.id, 'identity_id')
    await context.db.transaction('Database error deleting identity', async (tx) => {
      const user = await lockUser(tx, caller.user.id)
      if (user.identities.length <= 1)
        throw new AuthError(
          422,
          'single_identity_not_deletable',
          'User must have at least 1 identity after unlinking',
        )
      // The address of the account may go with it, as by PUT /user.
      const hasFactor = user.factors.some(({ status }) => status === 'verified')
      if (hasFactor && caller.session?.aal !== 'aal2')
        throw new AuthError(
          401,
          'insufficient_aal',
          'AAL2 session is required to unlink an identity when MFA is enabled.',
        )
      const identity = user.identities.find((one) => one.id === id)
      if (!identity) throw new AuthError(422, 'identity_not_found', "Identity doesn't exist")
      const { provider, provider_id } = identity
      const traits = { identity_id: id, provider, provider_id }
      await audit(tx, 'identity_unlinked', user, { traits, ip: call.ip })
      await deleteIdentity(tx, id)
      if (provider === 'phone') await updateUser(tx, user.id, { phone: null, phone_confirmed_at: null })
      else await takeEmailOfIdentity(tx, user.id, !context.settings.enableConfirmations)
      await refreshProviders(tx, user.id)
    })
    return json({})
  }
}
