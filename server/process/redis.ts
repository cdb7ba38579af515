import { Redis, type RedisOptions } from 'ioredis'
import { log } from './log.ts'
import { slot } from './slot.ts'

// What is not answered by then is done without Redis; so is everything else until it answers again.
const PATIENCE_MS = 250
const CONNECT_MS = 2_000
const AGAIN_MS = 1_000

/**
 * How to speak with a Redis that may go away, or stand still, at any moment: nothing waits for it in a queue, and
 * a connection on which an answer is overdue is given up, so that from then on commands fail at once.
 */
export const REDIS_OPTIONS = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  connectTimeout: CONNECT_MS,
  socketTimeout: PATIENCE_MS,
  retryStrategy: (attempt) => Math.min(attempt * 100, AGAIN_MS),
} satisfies RedisOptions

/** Opens the connection that the limits go through. Its loss is logged once, and so is its return. */
export function openRedis(url: string): Redis {
  const redis = new Redis(url, REDIS_OPTIONS)
  let isAway: boolean | undefined
  const onAway = (reason: string) => {
    if (isAway) return
    isAway = true
    log.warn({ reason }, 'Redis is away: nothing is cached, and limits are those of this process')
  }
  redis.on('ready', () => {
    if (isAway !== false) log.info('Redis is there')
    isAway = false
  })
  redis.on('error', (error: NodeJS.ErrnoException) => onAway(error.code ?? error.message))
  redis.on('close', () => onAway('connection closed'))
  redis.on('end', () => {
    isAway = true
  })
  return redis
}

/** What the replicas share; undefined without REDIS_URL. It may be away: see {@link isReady}. */
export const redis = slot<Redis | undefined>('Redis')

/** True while commands are answered. */
export const isReady = (redis: Redis) => redis.status === 'ready'
