import { SetupError } from '../../settings.ts'
import { parseBan } from '../admin/duration.ts'

/** What sessions and their tokens read of `[auth]` in config.toml, with the CLI's defaults. */
export interface TokenSettings {
  /** `iss` of the tokens. */
  issuer: string
  expirySeconds: number
  /** A refresh token that is used again ends its session. */
  isRotated: boolean
  /** For so long a refresh token may be used again. */
  reuseSeconds: number
  /** A session ends so long after it began; 0 for never. */
  timeboxMs: number
  /** A session ends where it has not been refreshed for so long; 0 for never. */
  inactivityMs: number
  /** Of the sessions of a person, only the one that was used last goes on. */
  isSinglePerUser: boolean
  /** The Postgres function that has the last word on the claims, quoted; null for none. */
  hook: string | null
}

type Table = Record<string, unknown>

const table = (value: unknown): Table => (value && typeof value === 'object' ? (value as Table) : {})

function pick<T>(from: Table, key: string, fallback: T): T {
  return typeof from[key] === typeof fallback ? (from[key] as T) : fallback
}

function duration(from: Table, key: string): number {
  const text = pick(from, key, '0s')
  try {
    return parseBan(text)
  } catch {
    throw new SetupError(`config.toml: auth.sessions.${key} is a time such as "24h", not "${text}".`)
  }
}

const FUNCTION = /^pg-functions:\/\/[^/]+\/([a-z_][\w$]*)\/([a-z_][\w$]*)$/i

function hookOf(config: Table): string | null {
  const hook = table(table(config.hook).custom_access_token)
  if (hook.enabled !== true) return null
  const [, schema, name] = FUNCTION.exec(String(hook.uri)) ?? []
  if (!schema)
    throw new SetupError(
      'config.toml: auth.hook.custom_access_token.uri is pg-functions://postgres/<schema>/<function>; no other hook is called.',
    )
  return `"${schema}"."${name}"`
}

/** Reads `[auth]` of config.toml. @param publicUrl the gateway's URL. */
export function tokenSettings(config: Table, publicUrl: string): TokenSettings {
  const sessions = table(config.sessions)
  return {
    issuer: pick(config, 'jwt_issuer', '') || `${publicUrl}/auth/v1`,
    expirySeconds: pick(config, 'jwt_expiry', 3600),
    isRotated: pick(config, 'enable_refresh_token_rotation', true),
    reuseSeconds: pick(config, 'refresh_token_reuse_interval', 10),
    timeboxMs: duration(sessions, 'timebox'),
    inactivityMs: duration(sessions, 'inactivity_timeout'),
    isSinglePerUser: pick(sessions, 'single_per_user', false),
    hook: hookOf(config),
  }
}
