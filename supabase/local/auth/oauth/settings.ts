import { SetupError } from '../../settings.ts'

/** `[auth.external.<name>]` of config.toml, of a provider that is on. */
export interface ProviderSettings {
  name: string
  /** The first is ours; tokens that apps got for the others are taken too. */
  clientIds: string[]
  secret: string
  /** Where the provider sends people back to: the gateway's /auth/v1/callback. */
  redirectUri: string
  /** Of a provider that everybody has one of its own of; null for the one that there is. */
  url: string | null
  skipNonceCheck: boolean
  /** People whose address it does not tell get in as well. */
  isEmailOptional: boolean
}

/** Those that this stack speaks to. */
export const SERVED = [
  'apple',
  'azure',
  'github',
  'gitlab',
  'google',
  'keycloak',
  'linkedin_oidc',
  'slack_oidc',
] as const

/** Those that a GoTrue knows besides. */
const OTHERS = [
  'bitbucket',
  'discord',
  'facebook',
  'figma',
  'fly',
  'kakao',
  'linkedin',
  'notion',
  'slack',
  'snapchat',
  'spotify',
  'twitch',
  'twitter',
  'workos',
  'zoom',
]

type Table = Record<string, unknown>

const table = (value: unknown): Table => (value && typeof value === 'object' ? (value as Table) : {})

/** A text of config.toml, which may name a variable of the environment: `env(NAME)`. */
function text(value: unknown): string {
  if (typeof value !== 'string') return ''
  const [, name] = /^env\((\w+)\)$/.exec(value) ?? []
  return name ? (process.env[name] ?? '') : value
}

/** Does a GoTrue know a provider of this name? */
export const isProvider = (name: string): boolean => [...SERVED, ...OTHERS].includes(name)

function readOne(name: string, from: Table, publicUrl: string): ProviderSettings {
  const where = `config.toml: auth.external.${name}`
  if (!(SERVED as readonly string[]).includes(name))
    throw new SetupError(`${where} is not to be had here; ${SERVED.join(', ')} are.`)
  const url = text(from.url).replace(/\/+$/, '')
  const settings = {
    name,
    clientIds: text(from.client_id)
      .split(',')
      .map((id) => id.trim())
      .filter(Boolean),
    secret: text(from.secret),
    redirectUri: text(from.redirect_uri) || `${publicUrl}/auth/v1/callback`,
    url: url || null,
    skipNonceCheck: from.skip_nonce_check === true,
    isEmailOptional: from.email_optional === true,
  }
  if (!settings.clientIds.length || !settings.secret)
    throw new SetupError(`${where} is enabled and lacks its client_id or its secret.`)
  if (!URL.canParse(settings.redirectUri)) throw new SetupError(`${where}.redirect_uri is not a URL.`)
  if (url && !URL.canParse(url)) throw new SetupError(`${where}.url is not a URL.`)
  if (name === 'keycloak' && !url) throw new SetupError(`${where} needs its url.`)
  return settings
}

/**
 * Reads `[auth.external]`: the providers that are on.
 * @param auth `[auth]` of config.toml.
 * @param publicUrl the gateway's URL.
 * @throws SetupError
 */
export function providerSettings(auth: Table, publicUrl: string): Map<string, ProviderSettings> {
  const enabled = Object.entries(table(auth.external)).filter(([, value]) => table(value).enabled === true)
  return new Map(enabled.map(([name, value]) => [name, readOne(name, table(value), publicUrl)]))
}

/** What GET /settings says of each way to sign in. */
export const externalProviders = (auth: Table): Record<string, boolean> => ({
  anonymous_users: auth.enable_anonymous_sign_ins === true,
  // The CLI has renamed the second to the first.
  email: (table(auth.email).enabled ?? table(auth.email).enable_signup) !== false,
  phone: false,
  ...Object.fromEntries(
    [...SERVED, ...OTHERS].sort().map((name) => [name, table(table(auth.external)[name]).enabled === true]),
  ),
})
