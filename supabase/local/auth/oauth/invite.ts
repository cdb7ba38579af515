import { AuthError, validationFailed } from '../admin/errors.ts'
import type { AuthSettings } from '../admin/settings.ts'
import { confirmEmail } from '../admin/users.ts'
import type { Queryable, Tx } from '../database.ts'
import { isFresh } from '../flows/find-code.ts'
import { audit } from '../records/audit.ts'
import { isBanned, mergeMetadata, updateUser } from '../records/change-user.ts'
import { insertIdentity, refreshProviders } from '../records/identities.ts'
import { findOneTimeToken } from '../records/one-time-tokens.ts'
import { lockUser } from '../records/users.ts'
import { dropUnconfirmed } from './account.ts'
import { identityDataOf, type Profile } from './profile.ts'

/** Whom an invitation is for, by the code of its mail; null when it is nobody's. */
export async function inviteeOf(db: Queryable, token: string): Promise<string | null> {
  return (await findOneTimeToken(db, [token], ['confirmation_token']))?.user_id ?? null
}

/**
 * Who was invited by mail comes in by a provider that has the same address.
 * @returns the id of the account.
 * @throws AuthError invite_not_found, also for a code as old as none may be; user_banned
 */
export async function acceptInvite(
  tx: Tx,
  token: string,
  name: string,
  profile: Profile,
  settings: AuthSettings,
): Promise<string> {
  const id = await inviteeOf(tx, token)
  const user = id ? await lockUser(tx, id) : null
  if (!id || !user || !isFresh(user.confirmation_sent_at, settings))
    throw new AuthError(404, 'invite_not_found', 'Invite not found')
  if (isBanned(user)) throw new AuthError(403, 'user_banned', 'User is banned')
  if (!user.email || ![...profile.verifiedEmails, profile.email?.address].includes(user.email))
    throw validationFailed('Invited email does not match emails from external provider')
  const data = identityDataOf(profile)
  const identity = await insertIdentity(tx, id, name, data)
  await updateUser(tx, id, {
    raw_app_meta_data: { ...user.raw_app_meta_data, provider: name },
    raw_user_meta_data: mergeMetadata(user.raw_user_meta_data, data),
  })
  await refreshProviders(tx, id)
  await audit(tx, 'invite_accepted', user, { traits: { provider: name } })
  await dropUnconfirmed(tx, id, identity)
  await confirmEmail(tx, id)
  return id
}
