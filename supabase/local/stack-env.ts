import type { Keys } from './keys.ts'
import { databaseUrl } from './postgres/bootstrap.ts'
import type { Settings } from './settings.ts'

/** What a client, a script or a test needs to know of a running stack: `KEY=value` lines of `status`. */
export interface StackEnv {
  SUPABASE_URL: string
  SUPABASE_PUBLISHABLE_KEY: string
  SUPABASE_SECRET_KEY: string
  SUPABASE_ANON_KEY: string
  SUPABASE_SERVICE_ROLE_KEY: string
  JWT_SECRET: string
  /** Role postgres, the owner of our schema. */
  DATABASE_URL: string
  FUNCTIONS_URL: string
  STUDIO_URL: string
  /** Where the mails are read that could not leave; empty where they leave by SMTP_URL. */
  MAILBOX_URL: string
}

/** Where a client on this machine reaches a server that may listen on every address. */
const origin = (host: string, port: number) => {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}

/** The `KEY=value` pairs of a stack with these settings and keys. */
export function stackEnv(settings: Settings, keys: Keys): StackEnv {
  return {
    SUPABASE_URL: origin(settings.host, settings.apiPort),
    SUPABASE_PUBLISHABLE_KEY: keys.publishableKey,
    SUPABASE_SECRET_KEY: keys.secretKey,
    SUPABASE_ANON_KEY: keys.anonKey,
    SUPABASE_SERVICE_ROLE_KEY: keys.serviceRoleKey,
    JWT_SECRET: keys.jwtSecret,
    DATABASE_URL: databaseUrl({ port: settings.dbPort, password: keys.dbPassword }, 'postgres'),
    FUNCTIONS_URL: origin(settings.host, settings.functionsPort),
    STUDIO_URL: settings.studioPort === null ? '' : origin('127.0.0.1', settings.studioPort),
    MAILBOX_URL: settings.mailboxPort === null ? '' : origin('127.0.0.1', settings.mailboxPort),
  }
}
