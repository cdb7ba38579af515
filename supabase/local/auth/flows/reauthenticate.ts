import { AuthError, validationFailed } from '../admin/errors.ts'
import { tokenHash } from '../admin/secrets.ts'
import type { AuthSettings } from '../admin/settings.ts'
import { requireCaller } from '../caller.ts'
import { type AuthContext, type Call, json } from '../context.ts'
import type { Tx } from '../database.ts'
import { updateUser } from '../records/change-user.ts'
import { clearOneTimeTokens } from '../records/one-time-tokens.ts'
import { findUser, type UserRow } from '../records/users.ts'
import { mailCode } from './codes.ts'
import { isFresh } from './find-code.ts'

/** GET /reauthenticate: a code by which who is signed in shows that it is still the one that signed in. */
export function reauthenticate(context: AuthContext) {
  const { mailDb, settings } = context
  return async (call: Call): Promise<Response> => {
    const caller = await requireCaller(context, call)
    await mailDb.transaction('Database error sending a mail', async (tx) => {
      const user = await findUser(tx, caller.user.id)
      if (!user.email)
        throw validationFailed('Reauthentication requires the user to have an email or a phone number')
      if (!user.email_confirmed_at)
        throw new AuthError(422, 'email_not_confirmed', 'Please verify your email first.')
      await mailCode(tx, 'reauthentication', user, { redirectTo: settings.siteUrl, challenge: null }, context)
    })
    return json({})
  }
}

/**
 * Takes the code of {@link reauthenticate}, which serves once.
 * @param user locked.
 * @throws AuthError reauthentication_not_valid
 */
export async function takeNonce(
  tx: Tx,
  user: UserRow,
  nonce: string,
  settings: AuthSettings,
): Promise<UserRow> {
  const { reauthentication_token: stored, reauthentication_sent_at: sentAt, email } = user
  if (!stored || !email || stored !== tokenHash(email, nonce) || !isFresh(sentAt, settings))
    throw new AuthError(422, 'reauthentication_not_valid', 'Nonce has expired or is invalid')
  await clearOneTimeTokens(tx, user.id, 'reauthentication_token')
  return updateUser(tx, user.id, { reauthentication_token: '' })
}
