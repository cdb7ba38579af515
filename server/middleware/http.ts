import { defineEventHandler, type H3Event, setResponseHeaders } from 'h3'
import { log } from '../utils/log.ts'

/** Headers of every answer: readable by web apps of any origin, as Supabase's functions are. */
const ALWAYS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'ETag, Link, Location, Content-Disposition, Content-Range, Accept-Ranges, Idempotency-Replayed, Retry-After, Allow',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'private, no-cache',
}

const PREFLIGHT = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE, OPTIONS',
  'access-control-allow-headers':
    'authorization, x-client-info, apikey, content-type, idempotency-key, if-match, if-none-match, if-range, range, x-region',
  'access-control-max-age': 86_400,
}

/** What holds for every route: CORS and its preflight, HEAD as GET without a body, one line of log. */
export default defineEventHandler((event) => {
  logWhenAnswered(event)
  setResponseHeaders(event, ALWAYS)
  // Node has noted the HEAD already and drops the body by itself.
  if (event.method === 'HEAD') event._method = 'GET'
  if (event.method !== 'OPTIONS') return
  setResponseHeaders(event, PREFLIGHT)
  return null
})

function logWhenAnswered(event: H3Event): void {
  const { req, res } = event.node
  const start = performance.now()
  const { method, url } = req
  res.once('close', () => {
    const isRead = method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
    const level = res.statusCode >= 500 ? 'error' : isRead ? 'debug' : 'info'
    if (!log.isLevelEnabled(level)) return
    const ms = Math.round((performance.now() - start) * 10) / 10
    log[level]({
      method,
      path: url?.split('?')[0],
      status: res.statusCode,
      ms,
      aborted: !res.writableFinished || undefined,
    })
  })
}
