// A request of PostgREST's interface becomes a RestRequest: words are understood, names are not looked up.
import { RestError } from '../error.ts'
import { assertLength, LIMITS, type Limits, openBudget } from './budget.ts'
import { readAccept, readMediaType } from './media-type.ts'
import { readPreferences } from './preferences.ts'
import { readQuery } from './query.ts'
import { asUnicode, decoded } from './query-string.ts'
import { asRange, topInterval } from './ranges.ts'
import type { MediaType, RestRequest } from './types.ts'

export interface RequestConfig {
  /** The exposed schemas, the default one first. */
  schemas: readonly string[]
  limits?: Limits
}

/** What came by HTTP: `url` is path and query below REST's root, names of headers are in lower case. */
export interface RawRequest {
  method: string
  url: string
  headers: Readonly<Record<string, string | readonly string[] | undefined>>
  body: Buffer | null
}

type Target = RestRequest['target']
type Method = RestRequest['method']

const METHODS: Readonly<Record<Target['kind'], readonly string[]>> = {
  root: ['GET', 'HEAD', 'OPTIONS'],
  rpc: ['GET', 'HEAD', 'POST', 'OPTIONS'],
  table: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
}

function readTarget(path: string): Target {
  const [first, second, ...more] = path.split('/').slice(1).map(decoded)
  if (first === undefined || (first === '' && second === undefined)) return { kind: 'root' }
  if (second === undefined) return { kind: 'table', name: first }
  if (first === 'rpc' && more.length === 0) return { kind: 'rpc', name: second }
  throw new RestError(404, 'PGRST125', 'Invalid path specified in request URL')
}

function assertMethod(target: Target, method: string): asserts method is Method {
  if (METHODS[target.kind].includes(method)) return
  if (target.kind === 'rpc') throw new RestError(405, 'PGRST101', `Cannot use the ${method} method on RPC`)
  throw new RestError(405, 'PGRST117', `Unsupported HTTP method: ${method}`)
}

/** By the profile of the direction in which the data goes, else the first one. */
function readSchema(method: string, headers: Headers, { schemas }: RequestConfig) {
  const isWrite = ['POST', 'PUT', 'PATCH', 'DELETE'].includes(method)
  const asked = headers[isWrite ? 'content-profile' : 'accept-profile']
  if (asked === undefined) return { schema: schemas[0]!, isProfiled: schemas.length > 1 }
  if (schemas.includes(asked)) return { schema: asked, isProfiled: true }
  const hint = `Only the following schemas are exposed: ${schemas.join(', ')}`
  throw new RestError(406, 'PGRST106', `Invalid schema: ${asked}`, { hint })
}

const BODIES: Readonly<Record<'table' | 'rpc', readonly string[]>> = {
  table: ['application/json', 'text/csv', 'application/x-www-form-urlencoded'],
  rpc: [
    ...['application/json', 'text/csv', 'application/x-www-form-urlencoded'],
    ...['text/plain', 'text/xml', 'application/octet-stream'],
  ],
}

function assertContentType({ kind }: Target, method: Method, { type }: MediaType): void {
  if (kind === 'root' || !['POST', 'PUT', 'PATCH'].includes(method) || BODIES[kind].includes(type)) return
  throw new RestError(400, 'PGRST102', `Content-Type not acceptable: ${type}`)
}

type Headers = Readonly<Record<string, string>>

function readHeaders(given: RawRequest['headers']): Headers {
  const all = Object.entries(given).flatMap(([name, value]) => {
    if (value === undefined) return []
    return [[name.toLowerCase(), typeof value === 'string' ? value : value.join(', ')] as const]
  })
  return Object.fromEntries(all)
}

function readCookies(header: string | undefined): Headers {
  const pairs = (header ?? '').split(';').map((pair) => {
    const at = pair.indexOf('=')
    return (at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]).map((text) => text.trim())
  })
  return Object.fromEntries(pairs.filter(([name]) => name !== ''))
}

/**
 * Reads a request, or throws the RestError that PostgREST answers: nothing else is thrown, whatever comes. The time it
 * takes is linear in the length of the address.
 */
export function readRequest(raw: RawRequest, config: RequestConfig): RestRequest {
  const limits = config.limits ?? LIMITS
  assertLength(raw.url, limits)
  const url = asUnicode(raw.url)
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const target = readTarget(path)
  const all = readHeaders(raw.headers)
  const { cookie, ...headers } = all
  const { method } = raw
  const profile = readSchema(method, headers, config)
  assertMethod(target, method)
  const isCall = target.kind === 'rpc' && (method === 'GET' || method === 'HEAD')
  const text = mark < 0 ? '' : url.slice(mark + 1)
  const { query, top } = readQuery(text, { budget: openBudget(limits), isCall })
  const range = asRange(topInterval(method, headers.range, top))
  const ranges = query.ranges.map((said) => (said.path.length === 0 ? { ...said, ...range } : said))
  const contentType = readMediaType(headers['content-type'] ?? 'application/json')
  assertContentType(target, method, contentType)
  return {
    ...{ method, target, ...profile, path, headers, body: raw.body, contentType, range },
    query: { ...query, ranges },
    preferences: readPreferences(headers.prefer),
    accept: readAccept(headers.accept),
    cookies: readCookies(cookie),
  }
}
