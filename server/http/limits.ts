import type { Redis } from 'ioredis'
import type { Quota } from '../process/quota.ts'
import { networkOf } from './client-address.ts'
import {
  type Limiter,
  openCeiling,
  openLimiter,
  type RateLimitHeaders,
  rateLimitHeaders,
  type Usage,
} from './limiter.ts'
import { problem } from './problem.ts'

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

/** What is written, as far as limits care. */
export interface Writing {
  /** True for multipart forms: the only ones that carry files. */
  isUpload: boolean
  address: string
}

export interface Limits {
  /**
   * Counts what a user reads.
   * @throws Problem 429 `demasiadas_peticiones`.
   */
  read(sub: string): void
  /**
   * Counts what a user writes or sends.
   * @returns what to tell them.
   * @throws Problem 429 `demasiadas_peticiones`.
   */
  write(sub: string, writing: Writing): Promise<RateLimitHeaders | undefined>
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
  const reads = quotas.reads && openCeiling('lecturas', quotas.reads)
  const writes = open('escrituras', quotas.writes)
  const uploads = open('subidas', quotas.uploads)
  const address = open('direccion', quotas.address)
  const anonymous = open('sin-sesion', quotas.anonymous)

  function tell(usages: Usage[]): RateLimitHeaders | undefined {
    if (usages.length === 0) return undefined
    const over = usages.filter(({ isOver }) => isOver)
    const headers = rateLimitHeaders(usages)
    if (over.length === 0) return headers
    for (const { name } of over) onRefused(name)
    const wait = Math.max(...over.map(({ resetS }) => resetS))
    throw problem('demasiadas_peticiones', { headers: { ...headers, 'retry-after': String(wait) } })
  }
  const take = async (...counted: [Limiter | undefined, string][]) =>
    tell(await Promise.all(counted.flatMap(([limiter, key]) => limiter?.take(key) ?? [])))

  return {
    read(sub) {
      const usage = reads?.(sub)
      if (usage?.isOver) tell([usage])
    },
    write: (sub, { isUpload, address: from }) =>
      take([isUpload ? uploads : writes, sub], [address, networkOf(from)]),
    anonymous: (from) => take([anonymous, networkOf(from)]),
  }
}
