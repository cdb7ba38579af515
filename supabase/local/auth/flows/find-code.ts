import { AuthError, validationFailed } from '../admin/errors.ts'
import { tokenHash } from '../admin/secrets.ts'
import type { AuthSettings } from '../admin/settings.ts'
import type { Tx } from '../database.ts'
import { PKCE_PREFIX } from '../mail/flow.ts'
import { isBanned } from '../records/change-user.ts'
import { findOneTimeToken, type OneTimeTokenType } from '../records/one-time-tokens.ts'
import { lockUser, type UserRow } from '../records/users.ts'

/** What /verify is asked: the hash that a link carries, or the code that was typed and the address it was sent to. */
export type Wanted = { type: string } & ({ hash: string } | { email: string; code: string })

/** What was asked for: whose it is, locked, and what it confirms. */
export interface FoundCode {
  user: UserRow
  column: OneTimeTokenType
  /** The kind of verification: `email`, which covers two, has become one of them. */
  type: 'signup' | 'invite' | 'recovery' | 'magiclink' | 'email_change'
}

const COLUMNS: Record<string, OneTimeTokenType[]> = {
  signup: ['confirmation_token'],
  invite: ['confirmation_token'],
  recovery: ['recovery_token'],
  magiclink: ['recovery_token'],
  email: ['confirmation_token', 'recovery_token'],
  email_change: ['email_change_token_current', 'email_change_token_new'],
}

const SENT_AT: Partial<Record<OneTimeTokenType, string>> = {
  confirmation_token: 'confirmation_sent_at',
  recovery_token: 'recovery_sent_at',
  email_change_token_current: 'email_change_sent_at',
  email_change_token_new: 'email_change_sent_at',
}

/** Is a code that was sent then still good? */
export function isFresh(sentAt: unknown, { otpExpirySeconds }: AuthSettings): boolean {
  return typeof sentAt === 'string' && Date.parse(sentAt) + otpExpirySeconds * 1000 > Date.now()
}

/**
 * Finds what is verified, and locks whose it is: a code is used once, however many try it at the same time.
 * @throws AuthError otp_expired where it is not there, used up or too old; user_banned.
 */
export async function findCode(tx: Tx, wanted: Wanted, settings: AuthSettings): Promise<FoundCode> {
  const isLink = 'hash' in wanted
  const unknown = () =>
    new AuthError(
      403,
      'otp_expired',
      isLink ? 'Email link is invalid or has expired' : 'Token has expired or is invalid',
    )
  const columns = COLUMNS[wanted.type]
  if (!columns) {
    if (isLink) throw validationFailed('Invalid email verification type')
    throw unknown()
  }
  const hash = isLink ? wanted.hash : tokenHash(wanted.email, wanted.code)
  // What a mail of a PKCE flow shows as a code is stored with a prefix.
  const token = await findOneTimeToken(tx, isLink ? [hash] : [hash, PKCE_PREFIX + hash], columns)
  // The hash joins address and code: another pair gives the same one, and guesses are counted by address.
  if (!token || (!isLink && token.relates_to !== wanted.email)) throw unknown()
  const user = await lockUser(tx, token.user_id)
  if (user[token.token_type] !== token.token_hash) throw unknown()
  if (!isFresh(user[SENT_AT[token.token_type]!], settings)) throw unknown()
  if (isBanned(user)) throw new AuthError(403, 'user_banned', 'User is banned')
  const isSignUp = token.token_type === 'confirmation_token'
  const type = wanted.type === 'email' ? (isSignUp ? 'signup' : 'magiclink') : wanted.type
  return { user, column: token.token_type, type: type as FoundCode['type'] }
}
