import * as v from 'valibot'
import { seconds } from './environment-values.ts'
import { slot } from './slot.ts'

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** What is of the process itself, of the environment. */
export const PROCESS = {
  REDIS_URL: v.optional(
    v.pipe(v.string(), v.url('is not a URL'), v.regex(/^rediss?:/, 'is not a redis(s) URL')),
  ),
  SHUTDOWN_DELAY: v.optional(seconds, '0'),
  LOG_LEVEL: v.optional(v.picklist(LOG_LEVELS, `is none of ${LOG_LEVELS.join(', ')}`), 'info'),
}

export interface ProcessSettings {
  /** Shared by all replicas; undefined where each counts by itself. */
  redisUrl: string | undefined
  /** Seconds between being told to stop and taking no more connections. */
  shutdownDelay: number
  logLevel: (typeof LOG_LEVELS)[number]
}

export const processSettingsOf = (
  env: v.InferOutput<v.ObjectSchema<typeof PROCESS, undefined>>,
): ProcessSettings => ({
  redisUrl: env.REDIS_URL,
  shutdownDelay: env.SHUTDOWN_DELAY,
  logLevel: env.LOG_LEVEL,
})

export const processSettings = slot<ProcessSettings>('The settings of the process')
