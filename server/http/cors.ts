const ALLOWED = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE, OPTIONS',
  'access-control-allow-headers':
    'authorization, x-client-info, apikey, content-type, idempotency-key, if-match, if-none-match, if-range, range, x-region, x-request-id',
  'access-control-max-age': '86400',
}
const EXPOSED =
  'ETag, Link, Location, Content-Disposition, Content-Range, Accept-Ranges, Idempotency-Replayed, Retry-After, Allow, RateLimit, RateLimit-Policy, X-Request-Id'

/** Says which web apps may read an answer. */
export interface Cors {
  /** Of every answer, for a request of this origin. */
  headers(origin: string | undefined): Record<string, string>
  /** Of a preflight, besides. */
  preflight: Record<string, string>
}

/**
 * CORS for these origins, `*` being any. Credentials are never allowed: a session travels in Authorization, which an
 * app has to send by itself, and not in a cookie, which a browser would add.
 */
export function createCors(origins: string[]): Cors {
  const isAny = origins.includes('*')
  const readable = (origin: string) => ({
    'access-control-allow-origin': origin,
    'access-control-expose-headers': EXPOSED,
    ...(!isAny && { vary: 'Origin' }),
  })
  const toAny = readable('*')
  const toNone = { vary: 'Origin' }
  const known = new Map(origins.map((origin) => [origin, readable(origin)]))
  return {
    headers: (origin) => (isAny ? toAny : (known.get(origin ?? '') ?? toNone)),
    preflight: ALLOWED,
  }
}
