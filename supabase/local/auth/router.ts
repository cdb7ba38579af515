import { errorForLog } from '../../../server/process/log-redaction.ts'
import type { Identity } from '../gateway/identity.ts'
import { AuthError, errorBody, errorHeaders, unexpectedFailure } from './admin/errors.ts'
import { type Call, json, type Route, type Routes } from './context.ts'

/** Where a request comes from. */
export interface Origin {
  ip: string | null
  identity: Identity | null
}

/**
 * Answers a request.
 * @param body what was read of it: it has none itself.
 */
export type Answer = (request: Request, body: string, origin: Origin) => Promise<Response>

interface Pattern {
  method: string
  segments: string[]
  route: Route
}

const ROOT = /^\/auth\/v1(?=\/|$)/

/** What stands for `:name` in a path; null for another path. */
function paramsOf({ segments }: Pattern, path: string[]): Record<string, string> | null {
  if (segments.length !== path.length) return null
  const params: Record<string, string> = {}
  for (const [n, segment] of segments.entries()) {
    if (segment.startsWith(':')) params[segment.slice(1)] = path[n]!
    else if (segment !== path[n]) return null
  }
  return params
}

/** Is it what a provider of accounts sends a browser back with? All else that Auth takes is JSON. */
export const isForm = (path: string, contentType: string | null | undefined): boolean =>
  path === '/auth/v1/callback' && /^application\/x-www-form-urlencoded\s*(;|$)/i.test(contentType ?? '')

const badJson = (why: string) =>
  new AuthError(400, 'bad_json', `Could not parse request body as JSON: ${why}`)

/** What may come without a body: all else would take an empty one for a request without fields. */
const BODILESS = /^(GET|HEAD|DELETE) |\/challenge$/

/** @throws AuthError bad_json */
function parse(text: string, request: Request, { pathname }: URL): Record<string, unknown> {
  if (!text.trim()) {
    if (BODILESS.test(`${request.method} ${pathname}`)) return {}
    throw badJson('unexpected end of JSON input')
  }
  if (isForm(pathname, request.headers.get('content-type')))
    return Object.fromEntries(new URLSearchParams(text))
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw badJson('it is not JSON')
  }
  if (body === null) return {}
  if (typeof body !== 'object' || Array.isArray(body)) throw badJson('it is not an object')
  return body as Record<string, unknown>
}

/** A call whose body is parsed when its route looks at it: who may not call is told that first. */
function callOf(
  request: Request,
  text: string,
  url: URL,
  params: Record<string, string>,
  origin: Origin,
): Call {
  let body: Record<string, unknown> | undefined
  return {
    request,
    url,
    params,
    ...origin,
    get body() {
      body ??= parse(text, request, url)
      return body
    },
  }
}

const UNEXPECTED = 'Unexpected failure, please check server logs for more information'

/** The answer to a request that failed, in the shape that its client expects; never text, never SQL. */
export function answerFailure(request: Request, error: unknown): Response {
  const known = error instanceof AuthError ? error : unexpectedFailure(UNEXPECTED, error)
  if (known.status >= 500) console.error('auth:', errorForLog(known.cause ?? known))
  const version = request.headers.get('x-supabase-api-version')
  return json(errorBody(known, version), known.status, errorHeaders(known, version))
}

/** Answers each request by the route of its method and path; one without a name before one with. */
export function createRouter(routes: Routes): Answer {
  const patterns = Object.entries(routes).map(([key, route]): Pattern => {
    const [method, path] = key.split(' ') as [string, string]
    return { method, segments: path.split('/'), route }
  })

  function find(method: string, path: string[]): { route: Route; params: Record<string, string> } {
    const found = patterns
      .map((pattern) => ({ ...pattern, params: paramsOf(pattern, path) }))
      .filter((match) => match.params !== null)
      .sort((a, b) => Object.keys(a.params!).length - Object.keys(b.params!).length)
    const match = found.find((one) => one.method === method)
    if (match) return { route: match.route, params: match.params! }
    if (found.length) throw new AuthError(405, 'method_not_allowed', 'Method not allowed')
    throw new AuthError(404, 'not_found', 'No such endpoint of Auth')
  }

  return async (request, body, origin) => {
    try {
      const url = new URL(request.url)
      const { route, params } = find(request.method, url.pathname.replace(ROOT, '').split('/'))
      return await route(callOf(request, body, url, params, origin))
    } catch (error) {
      return answerFailure(request, error)
    }
  }
}
