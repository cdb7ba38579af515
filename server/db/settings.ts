import { availableParallelism } from 'node:os'
import * as v from 'valibot'

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

/** What says how Postgres is reached, of the environment. */
export const DATABASE = {
  DATABASE_URL: databaseUrl,
  DB_POOL_MAX: v.optional(poolSize, '20'),
  // What reads never waits for a lock, only for a processor: more at once would make each of them slower.
  DB_POOL_READERS: v.optional(poolSize, String(2 * availableParallelism() + 1)),
}

export interface DatabaseSettings {
  /** Logs in as `authenticator`. */
  databaseUrl: string
  /** Connections to Postgres at most, for what may wait for a lock. */
  poolSize: number
  /** Connections to Postgres at most, for what only reads. */
  readers: number
}

export const databaseSettingsOf = (
  env: v.InferOutput<v.ObjectSchema<typeof DATABASE, undefined>>,
): DatabaseSettings => ({
  databaseUrl: env.DATABASE_URL,
  poolSize: env.DB_POOL_MAX,
  readers: env.DB_POOL_READERS,
})
