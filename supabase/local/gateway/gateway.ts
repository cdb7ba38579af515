import { createServer, type Server } from 'node:http'
import {
  createApp,
  type EventHandler,
  eventHandler,
  setResponseHeaders,
  setResponseStatus,
  toNodeListener,
  useBase,
} from 'h3'
import { createProxyServer } from 'httpxy'
import { createClientAddress } from '../../../server/http/client-address.ts'
import { createMetricsGuard } from '../../../server/http/metrics-guard.ts'
import { AuthError } from '../auth/admin/errors.ts'
import { answerFailure, isForm } from '../auth/router.ts'
import type { Auth } from '../auth/server.ts'
import { HandshakeError, refuse as refuseUpgrade } from '../realtime/handshake.ts'
import type { RealtimeServer } from '../realtime/server.ts'
import type { Rest } from '../rest/server.ts'
import { refuse, requireIdentity } from './access.ts'
import { AuthBodyError, checkAuthBody } from './auth-body.ts'
import { type AskAuth, limitAuth } from './auth-limits.ts'
import { AUTH_BODY, BodyError, readBounded } from './bodies.ts'
import type { GatewayEnvironment } from './environment.ts'
import type { Identifier, Identity } from './identity.ts'
import { serveMetrics } from './metrics.ts'
import { moveKeyToHeader } from './query-key.ts'
import { restHandler } from './rest.ts'
import { faultOf, type Service, serviceOf } from './target.ts'
import { sendAnswer, toRequest } from './web.ts'

declare module 'h3' {
  interface H3EventContext {
    /** The verified caller; null where no key and no token came. */
    identity?: Identity | null
    /** Whom its path belongs to. */
    service?: Service
  }
}

export interface GatewayOptions {
  /** The gateway's own URL, as clients know it. */
  publicUrl: string
  functionsUrl: string
  identifier: Identifier
  /** Rows that a request of REST writes at most. */
  maxRows: number
  rest: Pick<Rest, 'handle'>
  auth: Pick<Auth, 'fetch'>
  storage: EventHandler
  /** Absent where config.toml has switched it off. */
  realtime: Pick<RealtimeServer, 'upgrade' | 'rest' | 'stats'> | undefined
  environment: GatewayEnvironment
}

const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
  'Access-Control-Expose-Headers':
    'Content-Range, Content-Location, Content-Length, Content-Disposition, ETag, Link, Location, Preference-Applied, X-Total-Count, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id, Upload-Offset, Upload-Length, Tus-Resumable, Idempotency-Replayed',
  'Access-Control-Max-Age': '3600',
}

function preflight() {
  return eventHandler((event) => {
    setResponseHeaders(event, CORS)
    if (event.method !== 'OPTIONS' || !event.node.req.headers['access-control-request-method']) return
    const asked = event.node.req.headers['access-control-request-headers']
    setResponseHeaders(event, {
      'Access-Control-Allow-Headers': asked ?? 'authorization, apikey, content-type, x-client-info',
    })
    setResponseStatus(event, 204)
    return ''
  })
}

/** Decides once whom a request belongs to; what is no request for anybody is answered here. */
function route() {
  return eventHandler((event) => {
    // As it came: h3 has a decoded one beside it.
    const { originalUrl, url = '' } = event.node.req
    const target = originalUrl ?? url
    const fault = faultOf(event.method, target)
    if (fault) {
      if (fault.status === 405) setResponseHeaders(event, { allow: CORS['Access-Control-Allow-Methods'] })
      return refuse(event, fault.status, fault.message, 'BAD_REQUEST')
    }
    event.context.service = serviceOf(target)
  })
}

/** Hands on what belongs to a service, and nothing that only looks like it. */
const serving = (service: Service, handler: EventHandler) =>
  eventHandler((event) => (event.context.service === service ? handler(event) : undefined))

/** A body that Auth does not take, in its words. */
function refusalOf(error: unknown): unknown {
  if (error instanceof BodyError) return new AuthError(error.status, 'bad_json', error.message)
  if (!(error instanceof AuthBodyError)) return error
  return new AuthError(400, 'bad_json', `Could not parse request body as JSON: ${error.message}`)
}

/** Auth, which speaks the fetch API. */
function authHandler(origin: string, fetch: AskAuth) {
  return eventHandler(async (event) => {
    let body: string
    try {
      const read = (await readBounded(event, AUTH_BODY))?.toString('utf8') ?? ''
      const [path] = (event.node.req.originalUrl ?? '').split('?')
      const isChecked =
        event.context.service === 'auth' && !isForm(path!, event.node.req.headers['content-type'])
      body = isChecked ? checkAuthBody(read) : read
    } catch (error) {
      // The connection ended before the body did: nobody is there to be answered.
      if (event.node.req.destroyed && !event.node.req.complete) return event.node.res.destroy()
      return sendAnswer(event, answerFailure(toRequest(event, origin), refusalOf(error)))
    }
    await sendAnswer(event, await fetch(toRequest(event, origin), event, body))
  })
}

/** Hands a request on to the functions' process, streaming both ways. */
function functionsHandler(functionsUrl: string) {
  const proxy = createProxyServer({ target: functionsUrl, xfwd: true })
  return eventHandler(async (event) => {
    await proxy.web(event.node.req, event.node.res).catch(() => {
      if (event.node.res.headersSent) return event.node.res.destroy()
      event.node.res.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1' })
      event.node.res.end(JSON.stringify({ message: 'The functions are not answering' }))
    })
    event._handled = true
  })
}

/** The one URL of the stack: routes /auth/v1, /rest/v1, /storage/v1, /realtime/v1 and /functions/v1. */
export function createGateway(options: GatewayOptions): Server {
  const app = createApp({
    onError(error, event) {
      // What a part did not answer itself is our fault; the cause goes to the log, never to the caller.
      if (error.statusCode >= 500) console.error(error.cause ?? error)
      setResponseStatus(event, error.statusCode)
      setResponseHeaders(event, { 'content-type': 'application/json' })
      event.node.res.end(
        JSON.stringify({ message: error.statusCode >= 500 ? 'Internal server error' : error.message }),
      )
    },
  })
  app.use(preflight())
  app.use(route())
  app.use(
    '/health',
    eventHandler(() => ({ status: 'ok' })),
  )
  const { trustedProxies, metrics, limits, restBodyBytes } = options.environment
  const clientAddress = createClientAddress(trustedProxies)
  app.use('/metrics', serveMetrics(options.realtime, createMetricsGuard(metrics, clientAddress)))
  app.use(requireIdentity(options.identifier))
  const { rest, realtime, publicUrl } = options
  const ask: AskAuth = (request, event, body) =>
    options.auth.fetch(request, body, {
      ip: clientAddress(event.node.req),
      identity: event.context.identity ?? null,
    })
  app.use('/auth/v1', serving('admin', authHandler(publicUrl, ask)))
  app.use('/auth/v1', serving('auth', authHandler(publicUrl, limitAuth(limits, clientAddress)(ask))))
  const bounds = { bytes: restBodyBytes, maxRows: options.maxRows }
  app.use('/rest/v1', serving('rest', restHandler(rest, bounds, clientAddress)))
  app.use('/storage/v1', serving('storage', useBase('/storage/v1', options.storage)))
  if (realtime) app.use('/realtime/v1', serving('realtime', useBase('/realtime/v1', realtime.rest)))
  app.use('/functions/v1', serving('functions', functionsHandler(options.functionsUrl)))
  const answer = toNodeListener(app)
  const server = createServer((request, response) => {
    moveKeyToHeader(request)
    return answer(request, response)
  })
  server.on('upgrade', (request, socket, head) => {
    if (realtime && /^\/realtime\/v1\/websocket\/?(\?|$)/.test(request.url ?? ''))
      realtime.upgrade(request, socket, head)
    else refuseUpgrade(socket, new HandshakeError(404, 'Not found'))
  })
  return server
}
