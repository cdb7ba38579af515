import type { ServerResponse } from 'node:http'
import { eventHandler, type H3Event, setResponseStatus } from 'h3'
import { LargeText } from '../../../server/db/large-rows.ts'
import type { Claims } from '../../../server/db/types.ts'
import { type ClientAddress, networkOf } from '../../../server/http/client-address.ts'
import type { RestAnswer } from '../rest/answer/answer.ts'
import type { Rest } from '../rest/server.ts'
import { BodyError, readBounded, restBody } from './bodies.ts'
import { withExactCount } from './prefer.ts'
import { openRounds } from './rounds.ts'

const ROOT = '/rest/v1'

// Of one user, in a turn of the event loop: what is refused costs little and waits for no connection, so on many
// connections at once it would be all that a turn does.
const REFUSED_TOGETHER = 2

/** Path and query below REST's root. */
function targetOf({ node: { req } }: H3Event): string {
  const target = (req.originalUrl ?? req.url ?? '').slice(ROOT.length)
  const [path, query] = target.split(/\?(.*)/s, 2)
  const rest = (query ?? '').split('&').filter(Boolean)
  return `${path || '/'}${rest.length ? `?${rest.join('&')}` : ''}`
}

/** What came, without the key: SQL may read the headers. */
function headersOf({ node: { req } }: H3Event) {
  const { apikey: _, prefer, ...headers } = req.headers
  const said = Array.isArray(prefer) ? prefer.join(',') : prefer
  return said === undefined ? headers : { ...headers, prefer: withExactCount(said) }
}

/** Whose share of the connections a request takes: who has no account shares with its network. */
function shareOf({ role, sub }: Claims, event: H3Event, clientAddress: ClientAddress): string | undefined {
  if (sub !== undefined || role === 'service_role') return sub
  return `address ${networkOf(clientAddress(event.node.req))}`
}

/** As PostgREST says what our SQL raises. */
function refuse(event: H3Event, { status, key, message }: BodyError) {
  setResponseStatus(event, status)
  return { code: `PT${status}`, details: message, hint: null, message: key }
}

/** In one write, and none of it copied. */
function sendPieces(res: ServerResponse, { pieces, length }: LargeText): void {
  // SQL may have named a status that has no body.
  if (res.statusCode === 204 || res.statusCode === 304) return void res.end()
  res.setHeader('Content-Length', length)
  res.cork()
  for (const piece of pieces) res.write(piece)
  res.end()
}

/** Sends an answer as it is. */
export function sendAnswer(res: ServerResponse, { status, statusText, headers, body }: RestAnswer): void {
  const names = new Set<string>()
  for (const [name, value] of headers) {
    if (names.has(name.toLowerCase())) res.appendHeader(name, value)
    else res.setHeader(name, value)
    names.add(name.toLowerCase())
  }
  res.statusCode = status
  if (statusText !== undefined) res.statusMessage = statusText
  if (body instanceof LargeText) sendPieces(res, body)
  else res.end(body)
}

/** Hands a request on to REST, its body within bounds. */
export function restHandler(
  rest: Pick<Rest, 'handle'>,
  bounds: { bytes: number; maxRows: number },
  clientAddress: ClientAddress,
) {
  const round = openRounds(REFUSED_TOGETHER)
  return eventHandler(async (event) => {
    const { claims } = event.context.identity!
    const who = shareOf(claims, event, clientAddress)
    const rows = claims.role === 'service_role' ? Number.POSITIVE_INFINITY : bounds.maxRows
    let body: Buffer | undefined
    try {
      body = await readBounded(event, restBody(bounds.bytes, rows))
    } catch (error) {
      // The connection ended before the body did: nobody is there to be answered.
      if (event.node.req.destroyed && !event.node.req.complete) return event.node.res.destroy()
      if (error instanceof BodyError) return refuse(event, error)
      throw error
    }
    const answer = await rest.handle(
      { claims, who },
      { method: event.method, url: targetOf(event), headers: headersOf(event), body: body ?? null },
    )
    if (answer.status >= 400) await round(who)
    sendAnswer(event.node.res, answer)
  })
}
