import { emailExists } from '../admin/errors.ts'
import type { AuthSettings } from '../admin/settings.ts'
import type { Tx } from '../database.ts'
import { audit } from '../records/audit.ts'
import { updateUser } from '../records/change-user.ts'
import { refreshProviders } from '../records/identities.ts'
import { clearOneTimeTokens } from '../records/one-time-tokens.ts'
import { isEmailTaken, type UserRow } from '../records/users.ts'
import { changeEmail, confirmEmail } from './accounts.ts'
import type { FoundCode } from './find-code.ts'

/** Said where one of two addresses has agreed to a change. */
export const FIRST_CONFIRMATION =
  'Confirmation link accepted. Please proceed to confirm link sent to the other email'

/** Two codes left means that neither address has agreed yet, whatever an earlier change has noted. */
const isFirstOfTwo = (user: UserRow) =>
  user.email_change_confirm_status === 0 ||
  Boolean(user.email_change_token_current && user.email_change_token_new)

/** The address of an account changes when both agree; @returns null when this was the first of the two. */
async function agree(tx: Tx, { user, column }: FoundCode, settings: AuthSettings): Promise<UserRow | null> {
  // Also where Auth confirms sign-ups by itself, and GoTrue takes the first: a stolen session is not enough.
  if (settings.doubleConfirmChanges && user.email && isFirstOfTwo(user)) {
    await clearOneTimeTokens(tx, user.id, column)
    await updateUser(tx, user.id, { email_change_confirm_status: 1, [column]: '' })
    return null
  }
  const email = String(user.email_change)
  if (await isEmailTaken(tx, email, user.id)) throw emailExists()
  await audit(tx, 'user_modified', user)
  return changeEmail(tx, user, email, true)
}

/**
 * Does what a code was for.
 * @returns whose it was; null when another address has yet to agree.
 */
export async function useCode(tx: Tx, found: FoundCode, settings: AuthSettings): Promise<UserRow | null> {
  const { user, type } = found
  if (type === 'email_change') {
    const changed = await agree(tx, found, settings)
    if (changed) await refreshProviders(tx, user.id)
    return changed
  }
  const isNew = type === 'signup' || type === 'invite' || !user.email_confirmed_at
  await clearOneTimeTokens(tx, user.id)
  const used = await updateUser(tx, user.id, { [found.column]: '' })
  await audit(tx, isNew ? 'user_signedup' : 'login', user, isNew ? { traits: { provider: 'email' } } : {})
  if (isNew) await confirmEmail(tx, used)
  await refreshProviders(tx, user.id)
  return used
}
