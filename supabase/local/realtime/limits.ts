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
  /** What of the connections, the events and the joins a part may take at most, from 0 to 1. */
  shares: Shares
}

export interface Shares {
  user: number
  /** A network of IPv6 counts as one address. */
  address: number
  /** All who have nothing but the public key, together; of one address, this much of the address's share. */
  anonymous: number
}

const DEFAULTS = {
  REALTIME_MAX_CONNECTIONS: 200,
  REALTIME_MAX_EVENTS_PER_SECOND: 100,
  REALTIME_MAX_JOINS_PER_SECOND: 100,
  REALTIME_MAX_CHANNELS_PER_CLIENT: 100,
  REALTIME_MAX_PAYLOAD_KB: 3000,
  REALTIME_MAX_BUFFER_KB: 8000,
  REALTIME_SHARE_USER: 20,
  REALTIME_SHARE_ADDRESS: 60,
  REALTIME_SHARE_ANONYMOUS: 30,
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
  const share = (name: keyof typeof DEFAULTS) => {
    const percent = read(name)
    if (percent > 100) throw new SetupError(`${name}=${percent} is a percentage from 1 to 100.`)
    return percent / 100
  }
  return {
    maxConnections: read('REALTIME_MAX_CONNECTIONS'),
    maxEventsPerSecond: read('REALTIME_MAX_EVENTS_PER_SECOND'),
    maxJoinsPerSecond: read('REALTIME_MAX_JOINS_PER_SECOND'),
    maxChannelsPerClient: read('REALTIME_MAX_CHANNELS_PER_CLIENT'),
    maxPayloadBytes: read('REALTIME_MAX_PAYLOAD_KB') * 1000,
    maxBufferBytes: read('REALTIME_MAX_BUFFER_KB') * 1000,
    shares: {
      user: share('REALTIME_SHARE_USER'),
      address: share('REALTIME_SHARE_ADDRESS'),
      anonymous: share('REALTIME_SHARE_ANONYMOUS'),
    },
  }
}
