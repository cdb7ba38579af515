import * as v from 'valibot'
import { quota } from '../process/quota.ts'
import { createClientAddress } from './client-address.ts'
import type { Quotas } from './limits.ts'

const list = v.pipe(
  v.string(),
  v.transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  ),
)

function areAddresses(items: string[]): boolean {
  try {
    createClientAddress(items)
    return true
  } catch {
    return false
  }
}

const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text

const addresses = v.pipe(
  list,
  v.check(areAddresses, 'is not a list of addresses, networks or loopback, uniquelocal'),
)
const origins = v.pipe(
  list,
  v.check(
    (items) => items.every((item) => item === '*' || isOrigin(item)),
    'is neither * nor a list of origins',
  ),
)

/** Whose word counts and who reads the metrics, of the environment: the functions and the gateway read the same. */
export const CALLERS = {
  TRUSTED_PROXIES: v.optional(addresses, 'loopback'),
  METRICS_TOKEN: v.optional(v.pipe(v.string(), v.minLength(16, 'is shorter than 16 characters'))),
  METRICS_ALLOW: v.optional(addresses, 'loopback'),
}

/** What is asked of every request, of the environment. */
export const HTTP = {
  ...CALLERS,
  CORS_ORIGINS: v.optional(origins, '*'),
  LIMIT_READS: v.optional(quota, '30000/60'),
  LIMIT_WRITES: v.optional(quota, '600/60'),
  LIMIT_UPLOADS: v.optional(quota, '120/60'),
  LIMIT_ADDRESS: v.optional(quota, '6000/60'),
  LIMIT_ANONYMOUS: v.optional(quota, '600/60'),
}

export interface HttpSettings {
  /** Whose word on the client's address counts. */
  trustedProxies: string[]
  /** Origins whose web apps may read answers: `['*']` is any. */
  corsOrigins: string[]
  /** Who may read /metrics: whoever has the token, or comes from these addresses. */
  metrics: { token: string | undefined; allow: string[] }
  limits: Quotas
}

export const httpSettingsOf = (env: v.InferOutput<v.ObjectSchema<typeof HTTP, undefined>>): HttpSettings => ({
  trustedProxies: env.TRUSTED_PROXIES,
  corsOrigins: env.CORS_ORIGINS,
  metrics: { token: env.METRICS_TOKEN, allow: env.METRICS_ALLOW },
  limits: {
    reads: env.LIMIT_READS,
    writes: env.LIMIT_WRITES,
    uploads: env.LIMIT_UPLOADS,
    address: env.LIMIT_ADDRESS,
    anonymous: env.LIMIT_ANONYMOUS,
  },
})
