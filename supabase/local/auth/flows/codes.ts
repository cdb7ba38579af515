import { oneTimeCode, tokenHash } from '../admin/secrets.ts'
import type { AuthContext } from '../context.ts'
import type { Tx } from '../database.ts'
import { PKCE_PREFIX } from '../mail/flow.ts'
import { type LetterKind, type LetterValues, writeLetter } from '../mail/letters.ts'
import { deliver, verifyLink } from '../mail/send.ts'
import { type AuditAction, audit } from '../records/audit.ts'
import { updateUser } from '../records/change-user.ts'
import { type Challenge, type FlowMethod, startFlow } from '../records/flow-state.ts'
import { type OneTimeTokenType, setOneTimeToken } from '../records/one-time-tokens.ts'
import type { UserRow } from '../records/users.ts'
import { takeTurn } from './frequency.ts'

/** What the app that asked for a mail wants of its link. */
export interface Wish {
  redirectTo: string
  challenge: Challenge | null
}

interface Kind {
  column: 'confirmation' | 'recovery' | 'reauthentication'
  /** What a PKCE flow is noted as; none where there is no link. */
  flow: FlowMethod | null
  letter: LetterKind
  action: AuditAction
  failure: string
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
} as const satisfies Record<string, Kind>

export type Purpose = keyof typeof PURPOSES

const newHash = (address: string, code: string, challenge: Challenge | null) =>
  `${challenge ? PKCE_PREFIX : ''}${tokenHash(address, code)}`

const valuesFor = (
  { settings, publicUrl }: AuthContext,
  values: Pick<LetterValues, 'Token' | 'TokenHash' | 'RedirectTo' | 'Email'> & Partial<LetterValues>,
  type: Purpose | 'email_change',
): LetterValues => ({
  ConfirmationURL:
    type === 'reauthentication' ? '' : verifyLink(publicUrl, values.TokenHash, type, values.RedirectTo),
  SiteURL: settings.siteUrl,
  NewEmail: '',
  ...values,
})

/**
 * Mails a code and its link to the address of an account, which is not locked meanwhile: a server of mail that is slow
 * must not hold up its sign-ins. Nothing is stored unless the mail left.
 * @throws AuthError when the last one is too recent or on its way, or the mail did not leave.
 */
export async function mailCode(
  tx: Tx,
  purpose: Purpose,
  user: UserRow,
  { redirectTo, challenge }: Wish,
  context: AuthContext,
): Promise<void> {
  const { settings, sendMail } = context
  const { column, flow, letter, action, failure } = PURPOSES[purpose]
  await takeTurn(tx, user.id, `${column}_sent_at`, settings)
  const email = user.email!
  const code = oneTimeCode(settings.otpLength)
  const hash = newHash(email, code, challenge)
  const told = { Token: code, TokenHash: hash, RedirectTo: redirectTo, Email: email }
  await deliver(
    sendMail,
    await writeLetter(letter, email, valuesFor(context, told, purpose), settings),
    failure,
  )
  if (challenge && flow) await startFlow(tx, { userId: user.id, method: flow, challenge })
  await updateUser(tx, user.id, { [`${column}_token`]: hash, [`${column}_sent_at`]: new Date() })
  await setOneTimeToken(tx, user.id, `${column}_token`, email, hash)
  await audit(tx, action, user)
}

/**
 * Mails what confirms a change of address: to the new one, and to the present one too where both must agree.
 * @returns what notes the change, in the same transaction; until then there is none.
 * @throws AuthError as {@link mailCode}.
 */
export async function mailEmailChange(
  tx: Tx,
  user: UserRow,
  newEmail: string,
  { redirectTo, challenge }: Wish,
  context: AuthContext,
): Promise<() => Promise<void>> {
  const { settings, sendMail } = context
  await takeTurn(tx, user.id, 'email_change_sent_at', settings)
  const email = user.email ?? ''
  async function mailTo(address: string): Promise<string> {
    const code = oneTimeCode(settings.otpLength)
    const hash = newHash(address, code, challenge)
    const told = { Token: code, TokenHash: hash, RedirectTo: redirectTo, Email: email, NewEmail: newEmail }
    const mail = await writeLetter(
      'email_change',
      address,
      valuesFor(context, told, 'email_change'),
      settings,
    )
    await deliver(sendMail, mail, 'Error sending email change email')
    return hash
  }
  const current = settings.doubleConfirmChanges && email ? await mailTo(email) : ''
  const next = await mailTo(newEmail)
  return async () => {
    if (challenge) await startFlow(tx, { userId: user.id, method: 'email_change', challenge })
    await updateUser(tx, user.id, {
      email_change: newEmail,
      email_change_token_current: current,
      email_change_token_new: next,
      email_change_sent_at: new Date(),
      email_change_confirm_status: 0,
    })
    const codes: [OneTimeTokenType, string, string][] = [
      ['email_change_token_current', email, current],
      ['email_change_token_new', newEmail, next],
    ]
    for (const [type, address, hash] of codes)
      if (hash) await setOneTimeToken(tx, user.id, type, address, hash)
  }
}
