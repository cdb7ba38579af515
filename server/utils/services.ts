import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { type Database, openDatabase } from './db.ts'
import type { Environment } from './environment.ts'
import { openMailer, type SendMail } from './mailer.ts'
import { createSessionVerifier, type VerifySession } from './sessions.ts'
import { streamingFetch } from './streaming-fetch.ts'

/** What the process holds open while it serves. */
export interface Services {
  environment: Environment
  database: Database
  /** For requests that only read: few connections, which those that wait for each other's locks never hold. */
  readers: Database
  verifySession: VerifySession
  /** Sends a mail; undefined without SMTP_URL. */
  sendMail: SendMail | undefined
  /** Supabase as the owner of a token: Storage asks Postgres with its claims. */
  supabaseAs(token: string): SupabaseClient
  /** Storage as the service role, for sweeping; undefined without a secret key. */
  serviceStorage: SupabaseClient['storage'] | undefined
}

// Above the 8 s of statement_timeout that Supabase gives authenticator: only a dead server takes longer.
const QUERY_TIMEOUT_MS = 12_000

let current: Services | undefined

/** Opens the pool and the verifier; called once, by the plugin that starts the process. */
export function openServices(environment: Environment): void {
  const open = (max: number, isShared: boolean) =>
    openDatabase(environment.databaseUrl, { max, isShared, queryTimeoutMs: QUERY_TIMEOUT_MS })
  current = {
    environment,
    database: open(environment.poolSize, false),
    readers: open(environment.readers, true),
    verifySession: createSessionVerifier(environment),
    sendMail: openMailer(environment),
    supabaseAs: (token) =>
      createClient(environment.supabaseUrl, environment.publishableKey, {
        accessToken: async () => token,
        global: { fetch: streamingFetch },
      }),
    serviceStorage:
      environment.secretKey === undefined
        ? undefined
        : createClient(environment.supabaseUrl, environment.secretKey, { auth: { persistSession: false } })
            .storage,
  }
}

/** The services of this process. */
export function services(): Services {
  if (!current) throw new Error('The services have not been opened.')
  return current
}
