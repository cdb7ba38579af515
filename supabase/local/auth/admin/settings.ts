import { SetupError } from '../../settings.ts'
import type { LetterKind, Template } from '../mail/letters.ts'
import { parseBan } from './duration.ts'

/** What the admin API reads of `[auth]` in config.toml, with the CLI's defaults. */
export interface AuthSettings {
  siteUrl: string
  /** Where else links may lead, with wildcards. */
  additionalRedirectUrls: string[]
  enableSignup: boolean
  /** Accounts of who gives neither address nor password. */
  enableAnonymous: boolean
  /** How many of those an address may make an hour; undefined where there is no limit. */
  anonymousPerHour: number | undefined
  /** Signing up and in by e-mail. */
  enableEmail: boolean
  /** Who signs up confirms the address by mail before signing in. */
  enableConfirmations: boolean
  minimumPasswordLength: number
  /** Sets of characters of which a password needs one each. */
  requiredCharacters: string[]
  otpLength: number
  otpExpirySeconds: number
  /** A change of e-mail is confirmed from the old address and from the new one. */
  doubleConfirmChanges: boolean
  /** Who has been signed in for a day shows by a code that it is the same before it changes its password. */
  securePasswordChange: boolean
  /** Between two mails of a kind to one account. */
  mailEveryMs: number
  templates: Partial<Record<LetterKind, Template>>
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

function frequency(text: string): number {
  try {
    return parseBan(text)
  } catch {
    throw new SetupError(`config.toml: auth.email.max_frequency is a time such as "1s", not "${text}".`)
  }
}

const optional = (value: unknown) => (typeof value === 'string' ? value : undefined)

const template = (value: unknown): Template => ({
  subject: optional(table(value).subject),
  contentPath: optional(table(value).content_path),
})

/** Reads `[auth]` of config.toml. */
export function authSettings(auth: Table): AuthSettings {
  const email = table(auth.email)
  const siteUrl = pick(auth, 'site_url', 'http://127.0.0.1:3000')
  if (!URL.canParse(siteUrl)) throw new SetupError(`config.toml: auth.site_url is not a URL: "${siteUrl}".`)
  return {
    siteUrl,
    additionalRedirectUrls: pick<unknown[]>(auth, 'additional_redirect_urls', []).filter(
      (url) => typeof url === 'string',
    ),
    enableSignup: pick(auth, 'enable_signup', true),
    enableAnonymous: pick(auth, 'enable_anonymous_sign_ins', false),
    anonymousPerHour: pick(table(auth.rate_limit), 'anonymous_users', 0) || undefined,
    // The CLI has renamed `email.enable_signup`.
    enableEmail: pick(email, 'enabled', pick(email, 'enable_signup', true)),
    enableConfirmations: pick(email, 'enable_confirmations', false),
    minimumPasswordLength: pick(auth, 'minimum_password_length', 6),
    requiredCharacters: REQUIREMENTS[pick(auth, 'password_requirements', '')] ?? [],
    otpLength: pick(email, 'otp_length', 6),
    otpExpirySeconds: pick(email, 'otp_expiry', 3600),
    doubleConfirmChanges: pick(email, 'double_confirm_changes', true),
    securePasswordChange: pick(email, 'secure_password_change', false),
    mailEveryMs: frequency(pick(email, 'max_frequency', '1s')),
    templates: Object.fromEntries(
      Object.entries(table(email.template)).map(([kind, value]) => [kind, template(value)]),
    ),
  }
}
