import { defineEventHandler, type H3Event, setResponseHeaders } from 'h3'
import { door } from '../http/door.ts'
import { requestIdOf } from '../http/request-id.ts'
import { log } from '../process/log.ts'
import { countAnswer } from '../process/metrics.ts'

declare module 'h3' {
  interface H3EventContext {
    /** By which every log tells of this request. */
    requestId: string
    /** The address of the client, as far as proxies are trusted. */
    address: string
    /** Id of the user whose session holds. */
    userId?: string
  }
}

/** Headers of every answer; a route may say otherwise, as /docs does. */
const ALWAYS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  // Web apps of other origins read answers by CORS; embedding them without it is for nobody.
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'private, no-cache',
}

/** What holds for every route: CORS and its preflight, HEAD as GET without a body, one line of log. */
export default defineEventHandler((event) => {
  const { req } = event.node
  const { cors, clientAddress } = door()
  event.context.requestId = requestIdOf(req)
  event.context.address = clientAddress(req)
  tellWhenAnswered(event)
  setResponseHeaders(event, ALWAYS)
  setResponseHeaders(event, cors.headers(req.headers.origin))
  event.node.res.setHeader('x-request-id', event.context.requestId)
  // Node has noted the HEAD already and drops the body by itself.
  if (event.method === 'HEAD') event._method = 'GET'
  if (event.method !== 'OPTIONS') return
  setResponseHeaders(event, cors.preflight)
  return null
})

function tellWhenAnswered(event: H3Event): void {
  const { req, res } = event.node
  const start = performance.now()
  const { method } = req
  res.once('close', () => {
    const ms = Math.round((performance.now() - start) * 10) / 10
    // The pattern and not the path, which may carry the token of a device or what somebody typed.
    const route = event.context.matchedRoute?.path
    countAnswer(method, route, res.statusCode, ms)
    const level = res.statusCode >= 500 ? 'error' : 'info'
    if (!log.isLevelEnabled(level)) return
    const { requestId, address, userId } = event.context
    log[level]({
      request: requestId,
      method,
      route,
      status: res.statusCode,
      ms,
      user: userId,
      address,
      aborted: !res.writableFinished || undefined,
    })
  })
}
