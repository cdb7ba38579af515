import { availableParallelism } from 'node:os'
import * as v from 'valibot'
import type { Quotas } from './http/limits.ts'
import { fuenteDe, PRECIO, PRECIO_COMPLETO } from './precios/entorno.ts'
import type { Fuente } from './precios/fuente.ts'
import type { Folder } from './process/disk.ts'
import {
  addresses,
  databaseUrl,
  demoAccounts,
  httpUrl,
  metricsToken,
  origins,
  poolSize,
  seconds,
  serviceAccount,
} from './process/environment-values.ts'
import { DEFAULT_APP_URL, MAIL, type MailServer, mailServerOf } from './process/mail/environment.ts'
import { quota } from './process/quota.ts'

/** A setting that is missing or does not hold what it should; the message is for who starts the process. */
export class EnvironmentError extends Error {
  override name = 'EnvironmentError'
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

const EnvironmentSchema = v.object({
  ...PRECIO,
  SUPABASE_URL: httpUrl,
  SUPABASE_PUBLIC_URL: v.optional(httpUrl),
  CUENTAS_DEMO: v.optional(demoAccounts),
  SUPABASE_PUBLISHABLE_KEY: v.pipe(v.string('is missing (or SUPABASE_ANON_KEY)'), v.minLength(1, 'is empty')),
  SUPABASE_SECRET_KEY: v.optional(v.string()),
  DATABASE_URL: databaseUrl,
  JWT_SECRET: v.optional(
    v.pipe(v.string(), v.minLength(32, 'is shorter than 32 characters, too weak for HS256')),
  ),
  FIREBASE_SERVICE_ACCOUNT: v.optional(serviceAccount),
  GOOGLE_APPLICATION_CREDENTIALS: v.optional(v.string()),
  HTTPS_PROXY: v.optional(v.pipe(v.string(), v.url('is not a URL'))),
  ...MAIL,
  MAILBOX_DIR: v.optional(v.string()),
  REDIS_URL: v.optional(
    v.pipe(v.string(), v.url('is not a URL'), v.regex(/^rediss?:/, 'is not a redis(s) URL')),
  ),
  TRUSTED_PROXIES: v.optional(addresses, 'loopback'),
  CORS_ORIGINS: v.optional(origins, '*'),
  METRICS_TOKEN: v.optional(metricsToken),
  METRICS_ALLOW: v.optional(addresses, 'loopback'),
  SHUTDOWN_DELAY: v.optional(seconds, '0'),
  LIMIT_READS: v.optional(quota, '30000/60'),
  LIMIT_WRITES: v.optional(quota, '600/60'),
  LIMIT_UPLOADS: v.optional(quota, '120/60'),
  LIMIT_ADDRESS: v.optional(quota, '6000/60'),
  LIMIT_ANONYMOUS: v.optional(quota, '600/60'),
  DATA_DIR: v.optional(v.string(), '.'),
  STORAGE_DIR: v.optional(v.string()),
  RESPALDOS_DIR: v.optional(v.string()),
  DISK_RESERVE_MB: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,9}$/, 'is not a whole number of MiB')),
    '256',
  ),
  RESPALDOS: v.optional(v.picklist(['on', 'off'], 'is neither on nor off'), 'off'),
  LOG_LEVEL: v.optional(v.picklist(LOG_LEVELS, `is none of ${LOG_LEVELS.join(', ')}`), 'info'),
  DB_POOL_MAX: v.optional(poolSize, '20'),
  // What reads never waits for a lock, only for a processor: more at once would make each of them slower.
  DB_POOL_READERS: v.optional(poolSize, String(2 * availableParallelism() + 1)),
})

/** What the functions read from the environment, once checked. */
export interface Environment extends MailServer {
  /** Base of /auth/v1 and /storage/v1, without a slash at the end. */
  supabaseUrl: string
  /** The same as browsers reach it: /docs signs in there. */
  publicUrl: string
  /** What /docs offers to sign in with at one press; undefined but on a stack of demonstration. */
  demo: v.InferOutput<typeof demoAccounts> | undefined
  /** Key that goes along with the caller's token to Auth and Storage. */
  publishableKey: string
  /** For the work that no user asks for, such as sweeping; answers never depend on it. */
  secretKey: string | undefined
  /** Logs in as `authenticator`. */
  databaseUrl: string
  /** HS256 secret of the sessions; without it they are checked against the JWKS of Auth. */
  jwtSecret: string | undefined
  /** Credentials of Firebase and the way out to it; undefined where push is off. */
  firebase: { serviceAccount: string | undefined; proxy: string | undefined } | undefined
  /** Where the embedded stack keeps the mails that cannot leave; undefined elsewhere. */
  mailboxDir: string | undefined
  /** The app that people open: links in mails lead there. */
  appUrl: string
  /** Where the price of the day comes from; undefined where nobody asks for it. */
  precio: Fuente | undefined
  /** Shared by all replicas; undefined where each counts by itself. */
  redisUrl: string | undefined
  /** Whose word on the client's address counts. */
  trustedProxies: string[]
  /** Origins whose web apps may read answers: `['*']` is any. */
  corsOrigins: string[]
  /** Who may read /metrics: whoever has the token, or comes from these addresses. */
  metrics: { token: string | undefined; allow: string[] }
  /** Seconds between being told to stop and taking no more connections. */
  shutdownDelay: number
  limits: Quotas
  /** Are backups made every day? Then a missing one is late. */
  respaldos: boolean
  /** Whose disks are looked at, and the bytes that should stay free on each. */
  disks: { folders: Folder[]; reserve: number }
  logLevel: (typeof LOG_LEVELS)[number]
  /** Connections to Postgres at most, for what may wait for a lock. */
  poolSize: number
  /** Connections to Postgres at most, for what only reads. */
  readers: number
}

/**
 * Reads and checks the environment.
 * @throws EnvironmentError naming every variable that is missing or wrong, in one line.
 */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  const given = {
    ...env,
    SUPABASE_PUBLISHABLE_KEY: env.SUPABASE_PUBLISHABLE_KEY || env.SUPABASE_ANON_KEY,
    SUPABASE_SECRET_KEY: env.SUPABASE_SECRET_KEY || env.SUPABASE_SERVICE_ROLE_KEY,
    DATABASE_URL: env.AUTHENTICATOR_DATABASE_URL || env.DATABASE_URL,
  }
  // A source without the rest of what it needs is a mistake, not a source that is off.
  const needed = env.PRECIO_URL ? PRECIO_COMPLETO : {}
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value))
  const result = v.safeParse(v.object({ ...EnvironmentSchema.entries, ...needed }), present)
  if (!result.success) {
    const faults = result.issues.map((issue) => `${v.getDotPath(issue)} ${describe(issue)}`)
    throw new EnvironmentError(`The functions cannot start: ${faults.join('; ')}.`)
  }
  const { output } = result
  return {
    supabaseUrl: output.SUPABASE_URL,
    publicUrl: output.SUPABASE_PUBLIC_URL ?? output.SUPABASE_URL,
    demo: output.CUENTAS_DEMO,
    publishableKey: output.SUPABASE_PUBLISHABLE_KEY,
    secretKey: output.SUPABASE_SECRET_KEY,
    databaseUrl: output.DATABASE_URL,
    jwtSecret: output.JWT_SECRET,
    firebase:
      output.FIREBASE_SERVICE_ACCOUNT || output.GOOGLE_APPLICATION_CREDENTIALS
        ? { serviceAccount: output.FIREBASE_SERVICE_ACCOUNT, proxy: output.HTTPS_PROXY }
        : undefined,
    ...mailServerOf(output),
    mailboxDir: output.MAILBOX_DIR,
    appUrl: output.APP_URL ?? DEFAULT_APP_URL,
    precio: fuenteDe(output),
    redisUrl: output.REDIS_URL,
    trustedProxies: output.TRUSTED_PROXIES,
    corsOrigins: output.CORS_ORIGINS,
    metrics: { token: output.METRICS_TOKEN, allow: output.METRICS_ALLOW },
    shutdownDelay: output.SHUTDOWN_DELAY,
    limits: {
      reads: output.LIMIT_READS,
      writes: output.LIMIT_WRITES,
      uploads: output.LIMIT_UPLOADS,
      address: output.LIMIT_ADDRESS,
      anonymous: output.LIMIT_ANONYMOUS,
    },
    respaldos: output.RESPALDOS === 'on',
    disks: {
      folders: [
        { name: 'data' as const, path: output.DATA_DIR },
        { name: 'storage' as const, path: output.STORAGE_DIR },
        { name: 'backups' as const, path: output.RESPALDOS_DIR },
      ].filter((folder): folder is Folder => folder.path !== undefined),
      reserve: Number(output.DISK_RESERVE_MB) * 2 ** 20,
    },
    logLevel: output.LOG_LEVEL,
    poolSize: output.DB_POOL_MAX,
    readers: output.DB_POOL_READERS,
  }
}

const describe = (issue: v.BaseIssue<unknown>) =>
  issue.received === 'undefined' ? 'is missing' : issue.message
