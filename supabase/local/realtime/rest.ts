import {
  type EventHandler,
  eventHandler,
  getQuery,
  getRequestHeader,
  type H3Event,
  setResponseStatus,
} from 'h3'
import * as v from 'valibot'
import type { Claims } from '../../../server/db/types.ts'
import { type ClientAddress, networkOf } from '../../../server/http/client-address.ts'
import { passedBound } from '../../../server/http/json-bounds.ts'
import { readBody } from '../gateway/web.ts'
import { type Allowance, type Client, userOf } from './allowance.ts'
import type { Authorizer } from './authorization.ts'
import { BROADCAST_JSON } from './frames.ts'
import type { Message, Payload } from './types.ts'

export interface RestOptions {
  authorizer: Authorizer
  publish(message: Message): void
  events: Allowance
  clientAddress: ClientAddress
  maxPayloadBytes: number
}

// Texts of our own: those of valibot repeat what came.
const INVALID = 'is invalid'
const BLANK = "can't be blank"
const shape = ({ expected }: v.BaseIssue<unknown>) => (expected === 'Object' ? INVALID : BLANK)
const Text = v.pipe(v.string(INVALID), v.nonEmpty(BLANK))

const Batch = v.object(
  {
    messages: v.array(
      v.object(
        { topic: Text, event: Text, payload: v.unknown(), private: v.optional(v.boolean(INVALID), false) },
        shape,
      ),
      INVALID,
    ),
  },
  shape,
)

function answer(event: H3Event, status: number, body: object | string = '') {
  setResponseStatus(event, status)
  return body
}

/** What is wrong with a batch, as upstream says it: one object per message, empty for a good one. */
function errorsOf(issues: v.FlatErrors<typeof Batch>['nested'], count: number) {
  if (!issues || issues.messages) return { messages: issues?.messages ?? [INVALID] }
  const messages = Array.from({ length: count }, (): Record<string, unknown> => ({}))
  for (const [path, texts] of Object.entries(issues)) {
    const [, index, field = 'message'] = path.split('.')
    messages[Number(index)]![field] = texts
  }
  return { messages }
}

// What a body holds beside the payload of its largest message; many messages are many requests.
const ENVELOPE = 64_000

const parse = (body: Buffer): unknown => {
  if (passedBound(body, BROADCAST_JSON)) return undefined
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

/** The HTTP side of Realtime, for whoever has no socket: `/api/broadcast` and `/api/broadcast/:topic/events/:event`. */
export function createRest({
  authorizer,
  publish,
  events,
  clientAddress,
  maxPayloadBytes,
}: RestOptions): EventHandler {
  const tooMany = (event: H3Event) => answer(event, 429, { message: 'Too many messages per second' })
  const invalid = (event: H3Event, errors: object) => answer(event, 422, { errors })
  const clientOf = (event: H3Event, claims: Claims): Client => ({
    network: networkOf(clientAddress(event.node.req)),
    user: userOf(claims),
  })
  const mayWrite = async (topic: string, claims: Claims) => (await authorizer.write(topic, claims)).broadcast

  async function broadcastMany(event: H3Event, claims: Claims, body: Buffer) {
    const content = parse(body)
    const result = v.safeParse(Batch, content)
    if (!result.success) {
      const { messages } = (content ?? {}) as { messages?: unknown }
      const count = Array.isArray(messages) ? messages.length : 0
      return invalid(event, errorsOf(v.flatten<typeof Batch>(result.issues).nested, count))
    }
    const { messages } = result.output
    const texts = messages.map(({ payload }) => JSON.stringify(payload ?? {}))
    if (texts.some((text) => Buffer.byteLength(text) > maxPayloadBytes))
      return invalid(event, { messages: ['Payload size exceeds tenant limit'] })
    const client = clientOf(event, claims)
    if (!events.own(client, messages.length)) return tooMany(event)
    // One question for each private topic; what may not be written is left out in silence, and costs nobody else.
    const topics = new Set(messages.filter((message) => message.private).map(({ topic }) => topic))
    const allowed = new Map<string, boolean>()
    for (const topic of topics) allowed.set(topic, await mayWrite(topic, claims))
    const sent = messages.flatMap(({ topic, event: name, private: isPrivate }, index) =>
      !isPrivate || allowed.get(topic)
        ? [{ topic, isPrivate, event: name, payload: { json: texts[index]! } }]
        : [],
    )
    if (sent.length > 0 && !events.all(client, sent.length)) return tooMany(event)
    sent.forEach(publish)
    return answer(event, 202)
  }

  async function broadcastOne(event: H3Event, claims: Claims, body: Buffer, topic: string, name: string) {
    const type = (getRequestHeader(event, 'content-type') ?? '').split(';')[0]!.trim().toLowerCase()
    let payload: Payload
    if (type === 'application/octet-stream') payload = { binary: body }
    else if (type === 'application/json') {
      if (parse(body) === undefined) return invalid(event, { payload: ['is not JSON'] })
      // As it came: a number of many digits stays what it is.
      payload = { json: body.toString('utf8') }
    } else return answer(event, 415, { message: 'Unsupported Media Type' })
    if (body.length > maxPayloadBytes)
      return invalid(event, { payload: ['Payload size exceeds tenant limit'] })
    const client = clientOf(event, claims)
    if (!events.own(client)) return tooMany(event)
    const isPrivate = getQuery(event).private === 'true'
    if (isPrivate && !(await mayWrite(topic, claims))) return answer(event, 403, { message: 'Forbidden' })
    if (!events.all(client)) return tooMany(event)
    publish({ topic, isPrivate, event: name, payload })
    return answer(event, 202)
  }

  return eventHandler(async (event) => {
    const path = event.path.split('?')[0]!
    const one = /^\/api\/broadcast\/([^/]+)\/events\/([^/]+)\/?$/.exec(path)
    if (!one && !/^\/api\/broadcast\/?$/.test(path)) return answer(event, 404, { message: 'Not found' })
    if (event.method !== 'POST') return answer(event, 405, { message: 'Method not allowed' })
    const claims = event.context.identity?.claims
    if (!claims) return answer(event, 401, { message: 'Unauthorized' })
    const body = await readBody(event, maxPayloadBytes + ENVELOPE)
    if (body === null) return answer(event, 413, { message: 'Payload too large' })
    try {
      if (!one) return await broadcastMany(event, claims, body)
      return await broadcastOne(event, claims, body, decodeURIComponent(one[1]!), decodeURIComponent(one[2]!))
    } catch (error) {
      if (error instanceof URIError) return invalid(event, { topic: [INVALID] })
      // The policies could not be asked: nobody is let through, and it is no fault of theirs.
      console.error(error)
      return answer(event, 503, { message: 'Not available' })
    }
  })
}
