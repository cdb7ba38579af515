import type { Driver } from 'unstorage'
import redisDriver from 'unstorage/drivers/redis'
import { REDIS_OPTIONS } from './redis.ts'

/**
 * What Nitro's caches are kept in where there is a Redis: shared by all replicas. While it is away nothing is found
 * and nothing is kept, and whoever asks does the work.
 */
export function cacheDriver(url: string): Driver {
  const driver = redisDriver({ ...REDIS_OPTIONS, url, base: 'cache' })
  // The connection of the limits tells the log.
  driver.getInstance!().on('error', () => {})
  return {
    ...driver,
    hasItem: async (key, options) => (await or(false, driver.hasItem(key, options))) ?? false,
    getItem: (key, options) => or(null, driver.getItem(key, options)),
    setItem: (key, value, options) => or(undefined, driver.setItem!(key, value, options)),
    removeItem: (key, options) => or(undefined, driver.removeItem!(key, options)),
    getKeys: (base, options) => or([], driver.getKeys(base, options)),
  }
}

/** What a promise gives, or this where it fails. */
async function or<T>(otherwise: T, asked: T | Promise<T>): Promise<T> {
  try {
    return await asked
  } catch {
    return otherwise
  }
}
