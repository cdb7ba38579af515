import type { Redis } from 'ioredis'
import { RateLimiterMemory, RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible'
import type { Quota } from '../process/quota.ts'

/** What one caller has left of a quota, this request included. */
export interface Usage {
  name: string
  quota: Quota
  isOver: boolean
  remaining: number
  /** Seconds until all of the quota is there again. */
  resetS: number
}

export interface Limiter {
  /** Counts one request of a caller; it never fails. */
  take(key: string): Promise<Usage>
  /** Counts one request less: it was not of the kind that is limited. It never fails. */
  giveBack(key: string): Promise<void>
}

/**
 * A quota per key, in a window that starts with the first request.
 * @param redis shares it between replicas; without it, or while it is away, each process counts by itself.
 */
export function openLimiter(name: string, quota: Quota, redis?: Redis): Limiter {
  const options = { keyPrefix: `limite:${name}`, points: quota.points, duration: quota.seconds }
  const memory = new RateLimiterMemory(options)
  const limiter = redis
    ? new RateLimiterRedis({
        ...options,
        storeClient: redis,
        insuranceLimiter: memory,
        rejectIfRedisNotReady: true,
      })
    : memory

  const usage = (isOver: boolean, { remainingPoints, msBeforeNext }: RateLimiterRes): Usage => ({
    name,
    quota,
    isOver,
    remaining: Math.max(0, remainingPoints),
    resetS: Math.max(1, Math.ceil(msBeforeNext / 1000)),
  })
  return {
    async take(key) {
      try {
        return usage(false, await limiter.consume(key))
      } catch (over) {
        if (over instanceof Error) throw over
        return usage(true, over as RateLimiterRes)
      }
    },
    async giveBack(key) {
      await limiter.reward(key).catch(() => {})
    },
  }
}

/**
 * A quota per key, counted in this process and at once: for what is asked so often that a promise each would be felt.
 * Its window is the same for all keys.
 */
export function openCeiling(name: string, quota: Quota): (key: string) => Usage {
  let counts = new Map<string, number>()
  let endsAt = 0
  return (key) => {
    const now = performance.now()
    if (now >= endsAt) {
      counts = new Map()
      endsAt = now + quota.seconds * 1000
    }
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    const remaining = Math.max(0, quota.points - count)
    return { name, quota, isOver: count > quota.points, remaining, resetS: Math.ceil((endsAt - now) / 1000) }
  }
}

/** Header fields that tell how much is left (draft-ietf-httpapi-ratelimit-headers-10). */
export type RateLimitHeaders = Record<'ratelimit-policy' | 'ratelimit', string>

/** What to tell a caller of every quota that a request counted against. */
export function rateLimitHeaders(usages: Usage[]): RateLimitHeaders {
  const list = (tell: (usage: Usage) => string) =>
    usages.map((usage) => `"${usage.name}";${tell(usage)}`).join(', ')
  return {
    'ratelimit-policy': list(({ quota }) => `q=${quota.points};w=${quota.seconds}`),
    ratelimit: list(({ remaining, resetS }) => `r=${remaining};t=${resetS}`),
  }
}
