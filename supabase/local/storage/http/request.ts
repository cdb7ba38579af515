import type { H3Event } from 'h3'
import type { Claims } from '../../../../server/db/types.ts'
import { invalidKey, missingCaller } from '../errors.ts'

/** One call of the Storage API, its path and query decoded exactly once. */
export interface StorageRequest {
  event: H3Event
  /** Bucket of the path; empty where the path has none. */
  bucket: string
  /** Object name of the path; empty where the path has none. */
  name: string
  query: URLSearchParams
}

const MOUNT = '/storage/v1'

/** Path segments as they were sent: a decoded `/` or `?` inside a name must not look like one of the URL's. */
export function rawUrl(event: H3Event): { segments: string[]; query: URLSearchParams } {
  const { originalUrl, url } = event.node.req as { originalUrl?: string; url?: string }
  const sent = originalUrl?.startsWith(MOUNT) ? originalUrl.slice(MOUNT.length) : (url ?? '/')
  const [path, ...rest] = sent.split('?')
  return { segments: path!.split('/').slice(1), query: new URLSearchParams(rest.join('?')) }
}

/** @throws StorageError InvalidKey for a broken escape, and for control characters: no name has any. */
export function decodeSegment(segment: string): string {
  let name: string
  try {
    name = decodeURIComponent(segment)
  } catch {
    throw invalidKey(segment)
  }
  if (/\p{Cc}/u.test(name)) throw invalidKey(segment)
  return name
}

/** The verified caller of a request; undefined where there is none, on public and signed paths. */
export const callerOf = (request: { event: H3Event }): Claims | undefined =>
  (request.event.context.identity as { claims: Claims } | null | undefined)?.claims

/**
 * The verified caller of a request.
 * @throws StorageError 401 where there is none: only public and signed paths are open.
 */
export function claimsOf(request: { event: H3Event }): Claims {
  const claims = callerOf(request)
  if (!claims) throw missingCaller()
  return claims
}

/** The value of a request header, null where it is absent. */
export function header(request: { event: H3Event }, name: string): string | null {
  const value = request.event.node.req.headers[name]
  return (Array.isArray(value) ? value[0] : value) ?? null
}
