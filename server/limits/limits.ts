import type { Redis } from 'ioredis'
import { networkOf } from '../utils/client-address.ts'
import { problem } from '../utils/problem.ts'
import type { Quota } from '../utils/quota.ts'
import { type Limiter, openLimiter, type RateLimitHeaders, rateLimitHeaders } from './limiter.ts'

/** The quotas of the environment; undefined where there is no limit. */
export interface Quotas {
  /** What a user reads: counted in this process alone. */
  reads: Quota | undefined
  /** What a user writes. */
  writes: Quota | undefined
  /** Files that a user sends. */
  uploads: Quota | undefined
  /** What all users of an address write and send. */
  address: Quota | undefined
  /** What comes from an address without a session. */
  anonymous: Quota | undefined
}

/** A request, as far as limits care. */
export interface Counted {
  method: string | undefined
  /** True for multipart forms: the only ones that carry files. */
  isUpload: boolean
  address: string
}

export interface Limits {
  /**
   * Counts a request of a signed-in user.
   * @returns what to tell them; nothing for what only reads.
   * @throws Problem 429 `demasiadas_peticiones`.
   */
  user(sub: string, request: Counted): Promise<RateLimitHeaders | undefined>
  /**
   * Counts a request without a session, by its address.
   * @throws Problem 429 `demasiadas_peticiones`.
   */
  anonymous(address: string): Promise<RateLimitHeaders | undefined>
}

/**
 * Opens the limits of this process.
 * @param onRefused called with the name of the quota of every request that is refused.
 */
export function openLimits(
  quotas: Quotas,
  redis?: Redis,
  onRefused: (name: string) => void = () => {},
): Limits {
  const open = (name: string, quota: Quota | undefined) => quota && openLimiter(name, quota, redis)
  const reads = quotas.reads && openLimiter('lecturas', quotas.reads)
  const writes = open('escrituras', quotas.writes)
  const uploads = open('subidas', quotas.uploads)
  const address = open('direccion', quotas.address)
  const anonymous = open('sin-sesion', quotas.anonymous)

  async function take(...counted: [Limiter | undefined, string][]): Promise<RateLimitHeaders | undefined> {
    const usages = await Promise.all(counted.flatMap(([limiter, key]) => limiter?.take(key) ?? []))
    if (usages.length === 0) return undefined
    const over = usages.filter(({ isOver }) => isOver)
    const headers = rateLimitHeaders(usages)
    if (over.length === 0) return headers
    for (const { name } of over) onRefused(name)
    const wait = Math.max(...over.map(({ resetS }) => resetS))
    throw problem('demasiadas_peticiones', { headers: { ...headers, 'retry-after': String(wait) } })
  }

  return {
    async user(sub, request) {
      if (request.method === 'GET' || request.method === 'HEAD') {
        if (reads) await take([reads, sub])
        return undefined
      }
      return take([request.isUpload ? uploads : writes, sub], [address, networkOf(request.address)])
    },
    anonymous: (from) => take([anonymous, networkOf(from)]),
  }
}
