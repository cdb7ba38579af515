import { AuthError, emailExists } from '../admin/errors.ts'
import { confirmEmail } from '../admin/users.ts'
import type { AuthContext, Call } from '../context.ts'
import { CommitError, type Tx } from '../database.ts'
import { mailCode } from '../flows/codes.ts'
import { redirectOf } from '../mail/redirect.ts'
import { identityDataOf, type Profile } from '../oauth/profile.ts'
import { audit } from '../records/audit.ts'
import { updateUser } from '../records/change-user.ts'
import { findIdentity, insertIdentity, refreshProviders } from '../records/identities.ts'
import { lockUser } from '../records/users.ts'
import { takeEmailOfIdentity } from './emails.ts'

const taken = (whose = '') =>
  new AuthError(422, 'identity_already_exists', `Identity is already linked${whose}`)

/**
 * Sends the mail that confirms an address which a provider tells of and does not vouch for.
 * @throws AuthError as the mail that was not sent.
 */
export async function askToConfirm(tx: Tx, context: AuthContext, call: Call, userId: string): Promise<void> {
  const wish = { redirectTo: redirectOf(call.request, context.settings), challenge: null }
  await mailCode(tx, 'signup', await lockUser(tx, userId), wish, context)
}

/**
 * Adds what a provider knows of a person to the account of who is signed in. An account without an address takes that
 * of the provider: so does an anonymous one, which is somebody's then.
 * @throws AuthError identity_already_exists; CommitError where the address has to be confirmed first.
 */
export async function linkIdentity(
  tx: Tx,
  context: AuthContext,
  call: Call,
  userId: string,
  provider: string,
  profile: Profile,
): Promise<void> {
  const user = await lockUser(tx, userId)
  const known = await findIdentity(tx, provider, profile.sub)
  if (known) throw known.user_id === userId ? taken() : taken(' to another user')
  const identity = await insertIdentity(tx, userId, provider, identityDataOf(profile))
  const traits = { identity_id: identity.id, provider, provider_id: profile.sub }
  await audit(tx, 'identity_linked', user, { traits, ip: call.ip })

  if (!user.email) {
    const autoconfirm = !context.settings.enableConfirmations
    await takeEmailOfIdentity(tx, userId, autoconfirm).catch((error) => {
      throw error instanceof AuthError ? new AuthError(400, 'email_exists', emailExists().message) : error
    })
    if (!profile.email?.verified) {
      await refreshProviders(tx, userId)
      await askToConfirm(tx, context, call, userId)
      throw new CommitError(
        new AuthError(
          422,
          'email_not_confirmed',
          `Unverified email with ${provider}. A confirmation email has been sent to your ${provider} email`,
        ),
      )
    }
    await confirmEmail(tx, userId)
    if (user.is_anonymous) await updateUser(tx, userId, { is_anonymous: false })
  }
  await refreshProviders(tx, userId)
}
