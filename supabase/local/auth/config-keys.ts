import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { PROJECT_DIR, SetupError } from '../settings.ts'

type Table = Record<string, unknown>

const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

type Check = (value: unknown) => boolean

const text: Check = (value) => typeof value === 'string'
const flag: Check = (value) => typeof value === 'boolean'
const file: Check = (value) => text(value) && existsSync(resolve(PROJECT_DIR, String(value)))
const texts: Check = (value) => Array.isArray(value) && value.every(text)
const atLeast =
  (least: number): Check =>
  (value) =>
    Number.isInteger(value) && Number(value) >= least
const oneOf =
  (...values: string[]): Check =>
  (value) =>
    values.includes(value as string)

/** What is read of `[auth]`, and what it may say. `*` is any name. */
const READ: Record<string, [check: Check, words: string]> = {
  enabled: [(value) => value === true, 'true: without Auth nobody enters'],
  site_url: [text, 'a text'],
  additional_redirect_urls: [texts, 'a list of texts'],
  jwt_expiry: [atLeast(1), 'a number of seconds'],
  jwt_issuer: [text, 'a text'],
  signing_keys_path: [text, 'a text'],
  enable_refresh_token_rotation: [flag, 'true or false'],
  refresh_token_reuse_interval: [atLeast(0), 'a number of seconds'],
  enable_signup: [flag, 'true or false'],
  enable_anonymous_sign_ins: [flag, 'true or false'],
  enable_manual_linking: [flag, 'true or false'],
  minimum_password_length: [atLeast(1), 'a whole number from 1'],
  password_requirements: [
    oneOf('', 'letters_digits', 'lower_upper_letters_digits', 'lower_upper_letters_digits_symbols'),
    'one of the CLI',
  ],
  'rate_limit.email_sent': [atLeast(0), 'a whole number'],
  'rate_limit.anonymous_users': [atLeast(0), 'a whole number'],
  'sessions.timebox': [text, 'a time such as "24h"'],
  'sessions.inactivity_timeout': [text, 'a time such as "24h"'],
  'sessions.single_per_user': [flag, 'true or false'],
  'email.enabled': [flag, 'true or false'],
  'email.enable_signup': [flag, 'true or false'],
  'email.enable_confirmations': [flag, 'true or false'],
  'email.double_confirm_changes': [flag, 'true or false'],
  'email.secure_password_change': [flag, 'true or false'],
  'email.max_frequency': [text, 'a time such as "1s"'],
  'email.otp_length': [atLeast(6), 'a whole number from 6'],
  'email.otp_expiry': [atLeast(1), 'a number of seconds'],
  'email.template.*.subject': [text, 'a text'],
  'email.template.*.content_path': [file, 'a file that is there'],
  'mfa.max_enrolled_factors': [atLeast(0), 'a whole number'],
  'mfa.totp.enroll_enabled': [flag, 'true or false'],
  'mfa.totp.verify_enabled': [flag, 'true or false'],
  'hook.custom_access_token.enabled': [flag, 'true or false'],
  'hook.custom_access_token.uri': [text, 'a text'],
  'hook.custom_access_token.secrets': [text, 'a text'],
  'external.*.enabled': [flag, 'true or false'],
  'external.*.client_id': [text, 'a text'],
  'external.*.secret': [text, 'a text'],
  'external.*.url': [text, 'a text'],
  'external.*.redirect_uri': [text, 'a text'],
  'external.*.skip_nonce_check': [flag, 'true or false'],
  'external.*.email_optional': [flag, 'true or false'],
}

/** What the CLI has and this stack has not: it may be named as long as it is off. */
const ABSENT = [
  'sms',
  'captcha',
  'web3.*',
  'third_party.*',
  'oauth_server',
  'passkey',
  'webauthn',
  'mfa.phone',
  'mfa.web_authn',
  'email.smtp',
  'email.notification.*',
  'hook.*',
]
const SWITCHES = ['enabled', 'enable_signup', 'enroll_enabled', 'verify_enabled']
const WITHOUT_EFFECT = new Set(['rate_limit.sms_sent', 'rate_limit.web3'])

/** What is set elsewhere here. */
const ELSEWHERE: Record<string, string> = {
  'email.smtp': 'SMTP_URL',
  'rate_limit.token_refresh': 'LIMIT_REFRESH',
  'rate_limit.sign_in_sign_ups': 'LIMIT_SIGN_IN',
  'rate_limit.token_verifications': 'LIMIT_SIGN_IN',
  jwt_secret: 'DATA_DIR/keys.json',
  publishable_key: 'DATA_DIR/keys.json',
  secret_key: 'DATA_DIR/keys.json',
  anon_key: 'DATA_DIR/keys.json',
  service_role_key: 'DATA_DIR/keys.json',
}

const LETTERS = ['confirmation', 'recovery', 'magic_link', 'email_change', 'invite', 'reauthentication']

function matches(pattern: string, path: string): boolean {
  const [a, b] = [pattern.split('.'), path.split('.')]
  return a.length === b.length && a.every((part, n) => part === '*' || part === b[n])
}

const fault = (path: string, words: string) => new SetupError(`config.toml: auth.${path} ${words}.`)
const notHere = (path: string) =>
  fault(path, ELSEWHERE[path] ? `is ${ELSEWHERE[path]} here` : 'is not to be had here')

function checkValue(path: string, value: unknown): void {
  if (WITHOUT_EFFECT.has(path)) return
  const [check, words] = Object.entries(READ).find(([pattern]) => matches(pattern, path))?.[1] ?? []
  if (!check) throw notHere(path)
  if (!check(value)) throw fault(path, `is ${words}, not ${JSON.stringify(value)}`)
}

function isOn(table: Table): boolean {
  return Object.entries(table).some(([name, value]) =>
    isTable(value) ? isOn(value) : SWITCHES.includes(name) && value !== false,
  )
}

function checkTable(table: Table, root: string): void {
  for (const [name, value] of Object.entries(table)) {
    const path = root + name
    if (!isTable(value)) checkValue(path, value)
    else if (path.startsWith('email.template.') && !LETTERS.includes(name)) throw notHere(path)
    else if (path.startsWith('external.') && !value.enabled) continue
    else if (path !== 'hook.custom_access_token' && ABSENT.some((pattern) => matches(pattern, path))) {
      // To the CLI a server of mail is on unless it is switched off.
      if (isOn(path === 'email.smtp' ? { enabled: true, ...value } : value)) throw notHere(path)
    } else checkTable(value, `${path}.`)
  }
}

/**
 * Holds `[auth]` of config.toml to what this stack does: nothing that it says is passed over in silence.
 * @throws SetupError naming the first key that is wrong, not known, or of what is not to be had here.
 */
export const checkConfigKeys = (auth: Table): void => checkTable(auth, '')
