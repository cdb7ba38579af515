import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import type { Redis } from 'ioredis'
import { type Database, openDatabase } from './db/database.ts'
import type { Environment } from './environment.ts'
import { type ClientAddress, createClientAddress } from './http/client-address.ts'
import { type Cors, createCors } from './http/cors.ts'
import { type Limits, openLimits } from './http/limits.ts'
import { createMetricsGuard, type MayReadMetrics } from './http/metrics-guard.ts'
import type { SendMail } from './process/mail/letter.ts'
import { openMailbox } from './process/mail/mailbox.ts'
import { openMailer } from './process/mail/mailer.ts'
import { countRefused } from './process/metrics.ts'
import { openRedis } from './process/redis.ts'
import { createRenderer, type Renderer } from './process/thumbnails/renderer.ts'
import { createSessionVerifier, type VerifySession } from './session/sessions.ts'
import { streamingFetch } from './session/streaming-fetch.ts'

/** What the process holds open while it serves. */
export interface Services {
  environment: Environment
  database: Database
  /** For requests that only read: few connections, which those that wait for each other's locks never hold. */
  readers: Database
  verifySession: VerifySession
  /** Sends a mail; undefined without SMTP_URL. */
  sendMail: SendMail | undefined
  /** Keeps the mails that cannot leave where whoever runs the embedded stack reads them; undefined elsewhere. */
  keepMail: SendMail | undefined
  /** Undefined without REDIS_URL. It may be away: see isReady. */
  redis: Redis | undefined
  limits: Limits
  clientAddress: ClientAddress
  cors: Cors
  mayReadMetrics: MayReadMetrics
  miniaturas: Renderer
  /**
   * Supabase as the owner of a token: Storage asks Postgres with its claims.
   * @param requestId goes along, so that its log tells of the same request.
   */
  supabaseAs(token: string, requestId: string): SupabaseClient
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
  const redis = environment.redisUrl === undefined ? undefined : openRedis(environment.redisUrl)
  const clientAddress = createClientAddress(environment.trustedProxies)
  current = {
    environment,
    redis,
    limits: openLimits(environment.limits, redis, countRefused),
    clientAddress,
    mayReadMetrics: createMetricsGuard(environment.metrics, clientAddress),
    miniaturas: createRenderer(),
    cors: createCors(environment.corsOrigins),
    database: open(environment.poolSize, false),
    readers: open(environment.readers, true),
    verifySession: createSessionVerifier(environment),
    sendMail: openMailer(environment),
    keepMail:
      environment.smtpUrl === undefined && environment.mailboxDir !== undefined
        ? openMailbox(environment.mailboxDir, environment.smtpFrom)
        : undefined,
    supabaseAs: (token, requestId) =>
      createClient(environment.supabaseUrl, environment.publishableKey, {
        accessToken: async () => token,
        global: { fetch: streamingFetch, headers: { 'x-request-id': requestId } },
      }),
    serviceStorage:
      environment.secretKey === undefined
        ? undefined
        : createClient(environment.supabaseUrl, environment.secretKey, {
            auth: { persistSession: false },
            global: { fetch: streamingFetch },
          }).storage,
  }
}

/** The services of this process. */
export function services(): Services {
  if (!current) throw new Error('The services have not been opened.')
  return current
}
