/** What the admin API reads of `[auth]` in config.toml, with the CLI's defaults. */
export interface AuthSettings {
  siteUrl: string
  enableSignup: boolean
  minimumPasswordLength: number
  /** Sets of characters of which a password needs one each. */
  requiredCharacters: string[]
  otpLength: number
  otpExpirySeconds: number
  /** A change of e-mail is confirmed from the old address and from the new one. */
  doubleConfirmChanges: boolean
  inviteSubject: string
  /** File with the HTML of an invitation, in place of the built-in text. */
  inviteTemplate: string | undefined
}

const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = LOWER.toUpperCase()
const DIGITS = '0123456789'
const SYMBOLS = '!@#$%^&*'

const REQUIREMENTS: Record<string, string[]> = {
  letters_digits: [LOWER + UPPER, DIGITS],
  lower_upper_letters_digits: [LOWER, UPPER, DIGITS],
  lower_upper_letters_digits_symbols: [LOWER, UPPER, DIGITS, SYMBOLS],
}

type Table = Record<string, unknown>

const table = (value: unknown): Table => (value && typeof value === 'object' ? (value as Table) : {})

function pick<T>(from: Table, key: string, fallback: T): T {
  return typeof from[key] === typeof fallback ? (from[key] as T) : fallback
}

/** Reads `[auth]` of config.toml. */
export function authSettings(auth: Table): AuthSettings {
  const email = table(auth.email)
  const invite = table(table(email.template).invite)
  return {
    siteUrl: pick(auth, 'site_url', 'http://127.0.0.1:3000'),
    enableSignup: pick(auth, 'enable_signup', true),
    minimumPasswordLength: pick(auth, 'minimum_password_length', 6),
    requiredCharacters: REQUIREMENTS[pick(auth, 'password_requirements', '')] ?? [],
    otpLength: pick(email, 'otp_length', 6),
    otpExpirySeconds: pick(email, 'otp_expiry', 3600),
    doubleConfirmChanges: pick(email, 'double_confirm_changes', true),
    inviteSubject: pick(invite, 'subject', 'You have been invited'),
    inviteTemplate: typeof invite.content_path === 'string' ? invite.content_path : undefined,
  }
}
