import { availableParallelism } from 'node:os'
import * as v from 'valibot'
import { fuenteDe, PRECIO, PRECIO_COMPLETO } from '../precios/entorno.ts'
import type { Fuente } from '../precios/fuente.ts'

/** A setting that is missing or does not hold what it should; the message is for who starts the process. */
export class EnvironmentError extends Error {
  override name = 'EnvironmentError'
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

const httpUrl = v.pipe(
  v.string('is missing'),
  v.url('is not a URL'),
  v.regex(/^https?:/, 'is not an http(s) URL'),
  v.transform((url) => url.replace(/\/+$/, '')),
)
const databaseUrl = v.pipe(
  v.string('is missing'),
  v.url('is not a URL'),
  v.regex(/^postgres(ql)?:/, 'is not a postgres:// URL'),
  // Supavisor names the tenant after a dot: authenticator.my-project
  v.check(
    (url) => /^authenticator(\.|$)/.test(decodeURIComponent(new URL(url).username)),
    'must log in as authenticator, which can do nothing but become the caller; set AUTHENTICATOR_DATABASE_URL',
  ),
)

const poolSize = v.pipe(
  v.string(),
  v.regex(/^[1-9]\d{0,2}$/, 'is not a number from 1 to 999'),
  v.transform(Number),
)

function isServiceAccount(text: string): boolean {
  try {
    const { project_id, client_email, private_key } = JSON.parse(text)
    return [project_id, client_email, private_key].every((value) => typeof value === 'string')
  } catch {
    return false
  }
}

const EnvironmentSchema = v.object({
  ...PRECIO,
  SUPABASE_URL: httpUrl,
  SUPABASE_PUBLISHABLE_KEY: v.pipe(v.string('is missing (or SUPABASE_ANON_KEY)'), v.minLength(1, 'is empty')),
  SUPABASE_SECRET_KEY: v.optional(v.string()),
  DATABASE_URL: databaseUrl,
  JWT_SECRET: v.optional(
    v.pipe(v.string(), v.minLength(32, 'is shorter than 32 characters, too weak for HS256')),
  ),
  FIREBASE_SERVICE_ACCOUNT: v.optional(
    v.pipe(v.string(), v.check(isServiceAccount, 'is not the JSON of a service account')),
  ),
  GOOGLE_APPLICATION_CREDENTIALS: v.optional(v.string()),
  HTTPS_PROXY: v.optional(v.pipe(v.string(), v.url('is not a URL'))),
  SMTP_URL: v.optional(
    v.pipe(v.string(), v.url('is not a URL'), v.regex(/^smtps?:/, 'is not an smtp(s) URL')),
  ),
  SMTP_FROM: v.optional(v.string(), 'Triboka <no-responder@localhost>'),
  APP_URL: v.optional(httpUrl, 'http://127.0.0.1:3000'),
  RESPALDOS: v.optional(v.picklist(['on', 'off'], 'is neither on nor off'), 'off'),
  LOG_LEVEL: v.optional(v.picklist(LOG_LEVELS, `is none of ${LOG_LEVELS.join(', ')}`), 'info'),
  DB_POOL_MAX: v.optional(poolSize, '20'),
  // What reads never waits for a lock, only for a processor: more at once would make each of them slower.
  DB_POOL_READERS: v.optional(poolSize, String(2 * availableParallelism() + 1)),
})

/** What the functions read from the environment, once checked. */
export interface Environment {
  /** Base of /auth/v1 and /storage/v1, without a slash at the end. */
  supabaseUrl: string
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
  /** Server that mails leave by, smtp(s)://user:password@host:port; without it none are sent. */
  smtpUrl: string | undefined
  /** Who mails are from. */
  smtpFrom: string
  /** The app that people open: links in mails lead there. */
  appUrl: string
  /** Where the price of the day comes from; undefined where nobody asks for it. */
  precio: Fuente | undefined
  /** Are backups made every day? Then a missing one is late. */
  respaldos: boolean
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
    publishableKey: output.SUPABASE_PUBLISHABLE_KEY,
    secretKey: output.SUPABASE_SECRET_KEY,
    databaseUrl: output.DATABASE_URL,
    jwtSecret: output.JWT_SECRET,
    firebase:
      output.FIREBASE_SERVICE_ACCOUNT || output.GOOGLE_APPLICATION_CREDENTIALS
        ? { serviceAccount: output.FIREBASE_SERVICE_ACCOUNT, proxy: output.HTTPS_PROXY }
        : undefined,
    smtpUrl: output.SMTP_URL,
    smtpFrom: output.SMTP_FROM,
    appUrl: output.APP_URL,
    precio: fuenteDe(output),
    respaldos: output.RESPALDOS === 'on',
    logLevel: output.LOG_LEVEL,
    poolSize: output.DB_POOL_MAX,
    readers: output.DB_POOL_READERS,
  }
}

const describe = (issue: v.BaseIssue<unknown>) =>
  issue.received === 'undefined' ? 'is missing' : issue.message
