import type { Claims } from '../../../server/db/types.ts'
import type { Shares } from './limits.ts'

/** Who pays for what it sends. */
export interface Client {
  /** Its address, or its network where its owner has many. */
  network: string
  /** Undefined for whoever has nothing but the public key. */
  user: string | undefined
}

/** A server of ours: it counts in the whole, and in nobody's share. */
export const SERVICE = 'service_role'

/** Whom verified claims speak for; undefined when they name nobody. */
export function userOf({ role, sub }: Claims): string | undefined {
  if (role === 'service_role') return SERVICE
  return role !== 'anon' && typeof sub === 'string' && sub !== '' ? sub : undefined
}

/** So many a second for all, of which nobody takes more than its share. */
export interface Allowance {
  /** Whether a client is still within its own share, and its address within its; it counts only if so. */
  own(client: Client, count?: number): boolean
  /** Whether all together are within the limit; asked once it is known that something will happen. */
  all(client: Client, count?: number): boolean
}

interface Bucket {
  perSecond: number
  /** What it holds when it is full. */
  most: number
  available: number
  at: number
}

const SWEEP_EVERY_MS = 10_000
/** Of its share a user may take at once: an app that comes back joins all its channels. */
const BURST_SECONDS = 2

const newBucket = (perSecond: number, most = perSecond): Bucket => ({
  perSecond,
  most,
  available: most,
  at: performance.now(),
})

function fill(bucket: Bucket): number {
  const now = performance.now()
  bucket.available = Math.min(bucket.most, bucket.available + ((now - bucket.at) / 1000) * bucket.perSecond)
  bucket.at = now
  return bucket.available
}

/** Takes from every bucket, or from none. */
function spend(buckets: Bucket[], count: number): boolean {
  if (buckets.some((bucket) => fill(bucket) < count)) return false
  for (const bucket of buckets) bucket.available -= count
  return true
}

/** Buckets that hold what comes in a second, or a few for a user, and fill all the time: of each client, and of all. */
export function createAllowance(perSecond: number, shares: Shares): Allowance {
  const part = (share: number) => Math.max(1, perSecond * share)
  const everybody = newBucket(perSecond)
  const anonymous = newBucket(part(shares.anonymous))
  const buckets = new Map<string, Bucket>()
  let sweptAt = performance.now()

  function bucketOf(key: string, share: number, seconds = 1) {
    const bucket = buckets.get(key) ?? newBucket(part(share), part(share) * seconds)
    buckets.set(key, bucket)
    return bucket
  }
  // A full bucket says as much as none.
  function sweep() {
    if (performance.now() - sweptAt < SWEEP_EVERY_MS) return
    sweptAt = performance.now()
    for (const [key, bucket] of buckets) if (fill(bucket) === bucket.most) buckets.delete(key)
  }

  return {
    own({ network, user }, count = 1) {
      sweep()
      if (user === SERVICE) return true
      if (user === undefined)
        return spend([bucketOf(`anonymous:${network}`, shares.anonymous * shares.address)], count)
      return spend(
        [
          bucketOf(`user:${user}`, shares.user, BURST_SECONDS),
          bucketOf(`address:${network}`, shares.address),
        ],
        count,
      )
    },
    all: ({ user }, count = 1) => spend(user === undefined ? [anonymous, everybody] : [everybody], count),
  }
}
