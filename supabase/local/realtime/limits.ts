import { SetupError } from '../settings.ts'

/** What one server takes; the names and the defaults are those of a Supabase project. */
export interface Limits {
  /** Sockets at once. */
  maxConnections: number
  /** Broadcasts and presences that clients send, per second. */
  maxEventsPerSecond: number
  /** Joins of channels, per second. */
  maxJoinsPerSecond: number
  /** Channels of one socket. */
  maxChannelsPerClient: number
  /** Bytes of the payload of one broadcast. */
  maxPayloadBytes: number
  /** Bytes that wait for one slow reader before it is cut off. */
  maxBufferBytes: number
}

const DEFAULTS = {
  REALTIME_MAX_CONNECTIONS: 200,
  REALTIME_MAX_EVENTS_PER_SECOND: 100,
  REALTIME_MAX_JOINS_PER_SECOND: 100,
  REALTIME_MAX_CHANNELS_PER_CLIENT: 100,
  REALTIME_MAX_PAYLOAD_KB: 3000,
  REALTIME_MAX_BUFFER_KB: 8000,
}

/** Reads the limits from the environment; each variable is described in docs/entorno.md. */
export function readLimits(env: NodeJS.ProcessEnv = process.env): Limits {
  const read = (name: keyof typeof DEFAULTS) => {
    const text = env[name]
    if (text === undefined || text === '') return DEFAULTS[name]
    if (!/^[1-9]\d{0,8}$/.test(text))
      throw new SetupError(`${name}=${text} is not a whole number from 1 to 999999999.`)
    return Number(text)
  }
  return {
    maxConnections: read('REALTIME_MAX_CONNECTIONS'),
    maxEventsPerSecond: read('REALTIME_MAX_EVENTS_PER_SECOND'),
    maxJoinsPerSecond: read('REALTIME_MAX_JOINS_PER_SECOND'),
    maxChannelsPerClient: read('REALTIME_MAX_CHANNELS_PER_CLIENT'),
    maxPayloadBytes: read('REALTIME_MAX_PAYLOAD_KB') * 1000,
    maxBufferBytes: read('REALTIME_MAX_BUFFER_KB') * 1000,
  }
}

/** Counts what happens and says whether it is still within so many a second. */
export type Meter = (count?: number) => boolean

/** A bucket that holds one second's worth and fills all the time. */
export function createMeter(perSecond: number): Meter {
  let available = perSecond
  let at = performance.now()
  return (count = 1) => {
    const now = performance.now()
    available = Math.min(perSecond, available + ((now - at) / 1000) * perSecond)
    at = now
    if (available < count) return false
    available -= count
    return true
  }
}
