import { type JsonBounds, passedBound } from '../../../server/http/json-bounds.ts'
import type { Message, Payload } from './types.ts'

/** Version of the protocol that a socket speaks. */
export type Version = '1.0.0' | '2.0.0'

/** A push of a client, whatever version it came in. */
export interface Push {
  joinRef: string | null
  ref: string | null
  /** With `realtime:`. */
  topic: string
  event: string
  /** Parsed JSON; a broadcast that came as a binary frame is in `broadcast` instead. */
  payload: unknown
  broadcast?: { event: string; payload: Payload }
}

/** A frame that is none of the protocol's. */
export class FrameError extends Error {
  override name = 'FrameError'
}

const PUSH = 3
const BROADCAST = 4
const JSON_ENCODING = 1

const asRef = (value: unknown) => (value === null || value === undefined ? null : String(value))

function fromParts([joinRef, ref, topic, event, payload]: unknown[]): Push {
  if (typeof topic !== 'string' || typeof event !== 'string') throw new FrameError('no topic or event')
  return { joinRef: asRef(joinRef), ref: asRef(ref), topic, event, payload }
}

/** What the JSON of a client may hold: a conversation is far below it. */
export const BROADCAST_JSON: JsonBounds = { depth: 64, values: 100_000 }

function parse(bytes: Buffer): unknown {
  if (passedBound(bytes, BROADCAST_JSON)) throw new FrameError('too deep, or too much')
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw new FrameError('not JSON')
  }
}

/** Reads a text frame. @throws FrameError */
export function decodeText(version: Version, bytes: Buffer): Push {
  const message = parse(bytes)
  if (version === '2.0.0') {
    if (!Array.isArray(message)) throw new FrameError('not an array')
    return fromParts(message)
  }
  if (typeof message !== 'object' || message === null) throw new FrameError('not an object')
  const { join_ref, ref, topic, event, payload } = message as Record<string, unknown>
  return fromParts([join_ref, ref, topic, event, payload])
}

/** Reads a binary frame: `[3, joinRefLen, refLen, topicLen, eventLen, metaLen, encoding]` and what they measure. */
export function decodeBinary(frame: Buffer): Push {
  if (frame.length < 7 || frame[0] !== PUSH) throw new FrameError('not a broadcast')
  let at = 7
  const next = (index: number) => {
    const start = at
    at += frame[index]!
    if (at > frame.length) throw new FrameError('cut short')
    return frame.toString('utf8', start, at)
  }
  const [joinRef, ref, topic, event] = [next(1), next(2), next(3), next(4)] as const
  next(5)
  const rest = frame.subarray(at)
  let payload: Payload = { binary: rest }
  if (frame[6] === JSON_ENCODING) {
    // Others get the text as it is, some of them inside a frame of JSON: it must be JSON and nothing more.
    parse(rest)
    payload = { json: rest.toString('utf8') }
  }
  return {
    joinRef: joinRef || null,
    ref: ref || null,
    topic,
    event: 'broadcast',
    payload: null,
    broadcast: { event, payload },
  }
}

const text = (value: string | null) => (value === null ? 'null' : JSON.stringify(value))

/** A message of the server as text. @param json its payload, as JSON. */
export function encodeText(
  version: Version,
  { joinRef = null, ref = null, topic, event }: Partial<Push> & { topic: string; event: string },
  json: string,
): string {
  if (version === '2.0.0')
    return `[${text(joinRef)},${text(ref)},${JSON.stringify(topic)},${JSON.stringify(event)},${json}]`
  const ours = joinRef === null ? '' : `,"join_ref":${text(joinRef)}`
  return `{"topic":${JSON.stringify(topic)},"event":${JSON.stringify(event)},"payload":${json},"ref":${text(ref)}${ours}}`
}

const metaOf = ({ id, replayed }: Message) =>
  id === undefined && !replayed ? '' : JSON.stringify({ ...(replayed && { replayed }), ...(id && { id }) })

/** A broadcast for a socket of version 2: a kind-4 frame. @returns null when a name is too long for one. */
function encodeBinary(topic: string, message: Message): Buffer | null {
  const names = [topic, message.event, metaOf(message)].map((name) => Buffer.from(name))
  if (names.some((name) => name.length > 255)) return null
  const isBinary = 'binary' in message.payload
  const payload = 'binary' in message.payload ? message.payload.binary : Buffer.from(message.payload.json)
  const header = Buffer.from([BROADCAST, ...names.map((name) => name.length), isBinary ? 0 : JSON_ENCODING])
  return Buffer.concat([header, ...names, payload])
}

function encodeJson(version: Version, topic: string, message: Message): string | null {
  if ('binary' in message.payload) return null
  const meta = metaOf(message)
  const payload = `{"type":"broadcast","event":${JSON.stringify(message.event)},"payload":${message.payload.json}${meta && `,"meta":${meta}`}}`
  return encodeText(version, { topic, event: 'broadcast' }, payload)
}

/** A broadcast as a socket of that version reads it; null when it cannot be told in it. */
export function encodeBroadcast(version: Version, topic: string, message: Message): Buffer | string | null {
  const binary = version === '2.0.0' ? encodeBinary(topic, message) : null
  return binary ?? encodeJson(version, topic, message)
}
