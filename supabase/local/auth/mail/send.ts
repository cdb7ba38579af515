import { withoutSecrets } from '../../../../server/process/log-redaction.ts'
import type { Mail, SendMail } from '../../../../server/process/mail/letter.ts'
import { type AuditAction, type AuthDatabase, audit, type Tx } from '../admin/database.ts'
import { AuthError, unexpectedFailure, userNotFound } from '../admin/errors.ts'
import { USER, type UserRow } from '../admin/records.ts'
import { oneTimeCode, tokenHash } from '../admin/secrets.ts'
import type { AuthSettings } from '../admin/settings.ts'
import { type Challenge, type FlowMethod, PKCE_PREFIX, startFlow } from './flow.ts'
import { type LetterKind, type LetterValues, writeLetter } from './letters.ts'

/** What sending a letter of Auth takes. */
export interface MailContext {
  db: AuthDatabase
  settings: AuthSettings
  /** The gateway's URL. */
  publicUrl: string
  sendMail: SendMail
}

/** What the app that asked for a mail wants of its link. */
export interface Wish {
  redirectTo: string
  challenge: Challenge | null
}

/** The link of a mail. */
export function verifyLink(publicUrl: string, token: string, type: string, redirectTo: string): string {
  return `${publicUrl}/auth/v1/verify?${new URLSearchParams({ token, type, redirect_to: redirectTo })}`
}

/**
 * Sends a mail; why one did not leave is in the log.
 * @throws AuthError unexpected_failure
 */
export async function deliver(send: SendMail, mail: Mail, failure: string): Promise<void> {
  try {
    await send(mail)
  } catch (error) {
    console.error(withoutSecrets(`auth: a mail was not sent: ${(error as Error).message}`))
    throw unexpectedFailure(failure)
  }
}

const PURPOSES = {
  signup: {
    column: 'confirmation',
    flow: 'email/signup',
    letter: 'confirmation',
    action: 'user_confirmation_requested',
    failure: 'Error sending confirmation email',
  },
  recovery: {
    column: 'recovery',
    flow: 'recovery',
    letter: 'recovery',
    action: 'user_recovery_requested',
    failure: 'Error sending recovery email',
  },
  magiclink: {
    column: 'recovery',
    flow: 'magiclink',
    letter: 'magic_link',
    action: 'user_recovery_requested',
    failure: 'Error sending magic link email',
  },
  reauthentication: {
    column: 'reauthentication',
    flow: null,
    letter: 'reauthentication',
    action: 'user_reauthenticate_requested',
    failure: 'Error sending reauthentication email',
  },
} as const satisfies Record<
  string,
  { column: string; flow: FlowMethod | null; letter: LetterKind; action: AuditAction; failure: string }
>

export type Purpose = keyof typeof PURPOSES

/** The account of an address, not locked: a server of mail that is slow must not hold up its sign-ins. */
export async function findUserByEmail(tx: Tx, email: string): Promise<UserRow | null> {
  const { rows } = await tx.query(
    `select ${USER} from auth.users u where u.email = $1 and not u.is_sso_user`,
    [email],
  )
  return rows[0]?.record ?? null
}

/** The account of an id, not locked either. @throws AuthError user_not_found */
export async function findUser(tx: Tx, id: string): Promise<UserRow> {
  const { rows } = await tx.query(`select ${USER} from auth.users u where u.id = $1`, [id])
  if (!rows[0]) throw userNotFound()
  return rows[0].record
}

/** @throws AuthError over_email_send_rate_limit */
function assertNotTooSoon(sentAt: unknown, { mailEveryMs }: AuthSettings): void {
  const wait = typeof sentAt === 'string' ? Date.parse(sentAt) + mailEveryMs - Date.now() : 0
  if (wait > 0)
    throw new AuthError(
      429,
      'over_email_send_rate_limit',
      `For security purposes, you can only request this after ${Math.ceil(wait / 1000)} seconds.`,
    )
}

const valuesFor = (
  { settings, publicUrl }: MailContext,
  {
    code,
    hash,
    type,
    redirectTo,
    email,
    newEmail = '',
  }: Record<'code' | 'hash' | 'type' | 'redirectTo' | 'email', string> & {
    newEmail?: string
  },
): LetterValues => ({
  ConfirmationURL: type === 'reauthentication' ? '' : verifyLink(publicUrl, hash, type, redirectTo),
  Token: code,
  TokenHash: hash,
  SiteURL: settings.siteUrl,
  RedirectTo: redirectTo,
  Email: email,
  NewEmail: newEmail,
})

const newHash = (email: string, code: string, challenge: Challenge | null) =>
  `${challenge ? PKCE_PREFIX : ''}${tokenHash(email, code)}`

/**
 * Mails a code and its link to the address of an account. Nothing is stored unless the mail left.
 * @throws AuthError when the last one is too recent, or the mail did not leave.
 */
export async function mailCode(
  tx: Tx,
  purpose: Purpose,
  user: UserRow,
  { redirectTo, challenge }: Wish,
  context: MailContext,
): Promise<void> {
  const { settings, sendMail } = context
  const { column, flow, letter, action, failure } = PURPOSES[purpose]
  assertNotTooSoon(user[`${column}_sent_at`], settings)
  const email = user.email!
  const code = oneTimeCode(settings.otpLength)
  const hash = newHash(email, code, challenge)
  const values = valuesFor(context, { code, hash, type: purpose, redirectTo, email })
  await deliver(sendMail, await writeLetter(letter, email, values, settings), failure)
  if (challenge && flow) await startFlow(tx, user.id, flow, challenge)
  await tx.query(
    `update auth.users set ${column}_token = $2, ${column}_sent_at = now(), updated_at = now() where id = $1`,
    [user.id, hash],
  )
  await audit(tx, action, user, user)
}

/**
 * Mails what confirms a change of address: to the new one, and to the present one too where both must agree.
 * @returns what notes the change; until then there is none.
 * @throws AuthError as {@link mailCode}.
 */
export async function mailEmailChange(
  user: UserRow,
  newEmail: string,
  { redirectTo, challenge }: Wish,
  context: MailContext,
): Promise<(tx: Tx) => Promise<void>> {
  const { settings, sendMail } = context
  assertNotTooSoon(user.email_change_sent_at, settings)
  const email = user.email ?? ''
  async function mailTo(address: string): Promise<string> {
    const code = oneTimeCode(settings.otpLength)
    const hash = newHash(address, code, challenge)
    const values = valuesFor(context, { code, hash, type: 'email_change', redirectTo, email, newEmail })
    const mail = await writeLetter('email_change', address, values, settings)
    await deliver(sendMail, mail, 'Error sending email change email')
    return hash
  }
  const current = settings.doubleConfirmChanges && email ? await mailTo(email) : null
  const next = await mailTo(newEmail)
  return async (tx) => {
    if (challenge) await startFlow(tx, user.id, 'email_change', challenge)
    await tx.query(
      `update auth.users set email_change = $2, email_change_token_current = $3, email_change_token_new = $4,
         email_change_sent_at = now(), email_change_confirm_status = 0, updated_at = now()
       where id = $1`,
      [user.id, newEmail, current, next],
    )
    await audit(tx, 'user_modified', user, user)
  }
}
