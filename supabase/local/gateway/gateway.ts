import { createServer, type Server } from 'node:http'
import {
  createApp,
  type EventHandler,
  eventHandler,
  getQuery,
  type H3Event,
  sendWebResponse,
  setResponseHeaders,
  setResponseStatus,
  toNodeListener,
  useBase,
} from 'h3'
import { createProxyServer } from 'httpxy'
import { createMetricsGuard } from '../../../server/metrics/guard.ts'
import { createClientAddress } from '../../../server/utils/client-address.ts'
import { HandshakeError, refuse as refuseUpgrade } from '../realtime/handshake.ts'
import type { RealtimeServer } from '../realtime/server.ts'
import { limitAuth } from './auth-limits.ts'
import type { GatewayEnvironment } from './environment.ts'
import { type Identifier, type Identity, IdentityError, INVALID_JWT, JWT_EXPIRED } from './identity.ts'
import type { Lite } from './lite.ts'
import { serveMetrics } from './metrics.ts'
import { toRequest } from './web.ts'

declare module 'h3' {
  interface H3EventContext {
    /** The verified caller; null where no key and no token came. */
    identity?: Identity | null
  }
}

export interface GatewayOptions {
  /** The gateway's own URL, as clients know it. */
  publicUrl: string
  functionsUrl: string
  identifier: Identifier
  lite: Lite
  authAdmin: { handler: EventHandler; invite: EventHandler }
  storage: EventHandler
  /** Absent where config.toml has switched it off. */
  realtime: Pick<RealtimeServer, 'upgrade' | 'rest' | 'stats'> | undefined
  environment: GatewayEnvironment
}

// What the real gateway opens without an API key: links that a mail or a browser follows.
const OPEN_AUTH = /^\/auth\/v1\/(verify|callback|authorize|\.well-known\/)/
const OPEN_STORAGE =
  /^\/storage\/v1\/(object\/(public|sign)\/|object\/upload\/sign\/|object\/info\/public\/|render\/image\/(public|sign)\/|upload\/resumable\/sign|status$)/

const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
  'Access-Control-Expose-Headers':
    'Content-Range, Content-Location, Content-Length, Content-Disposition, ETag, Link, Location, Preference-Applied, X-Total-Count, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id, Upload-Offset, Upload-Length, Tus-Resumable, Idempotency-Replayed',
  'Access-Control-Max-Age': '3600',
}

function refuse(event: H3Event, status: number, message: string, code: string, hint?: string) {
  setResponseStatus(event, status)
  setResponseHeaders(event, { 'sb-error-code': code })
  return { message, ...(hint && { hint }) }
}

/** The SDKs tell an expired session by PostgREST's code. */
function refuseAsPostgrest(event: H3Event, { message }: IdentityError) {
  setResponseStatus(event, 401)
  return { code: message === JWT_EXPIRED ? 'PGRST303' : 'PGRST301', details: null, hint: null, message }
}

/** Verifies key and token of a request; sends the refusal itself when they do not hold. */
function requireIdentity(identifier: Identifier) {
  return eventHandler(async (event) => {
    const path = event.path.split('?')[0]!
    if (!/^\/(auth|rest|storage|realtime)\/v1(\/|$)/.test(path)) return
    const isOpen = OPEN_AUTH.test(path) || OPEN_STORAGE.test(path)
    const query = getQuery(event).apikey
    try {
      const identity = await identifier.identify(
        event.node.req.headers,
        typeof query === 'string' ? query : undefined,
      )
      const hasKey = identity && (identity.key || path.startsWith('/storage/'))
      if (!hasKey && !isOpen) {
        return refuse(
          event,
          401,
          'No API key found in request',
          'UNAUTHORIZED_MISSING_API_KEY',
          'No `apikey` request header or url param was found.',
        )
      }
      event.context.identity = identity
    } catch (error) {
      if (!(error instanceof IdentityError)) throw error
      // An open link is judged by its own token; a stale session beside it does not spoil it.
      if (isOpen) event.context.identity = null
      else if (path.startsWith('/rest/') && error.code === INVALID_JWT) return refuseAsPostgrest(event, error)
      else return refuse(event, 401, error.message, error.code, error.hint)
    }
  })
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

function fetchHandler(origin: string, fetch: (request: Request, event: H3Event) => Promise<Response>) {
  return eventHandler(async (event) => {
    const request = await toRequest(event, origin)
    if (!request) return refuse(event, 413, 'Request body is larger than 20 MiB', 'PAYLOAD_TOO_LARGE')
    const response = await fetch(request, event)
    await sendWebResponse(event, response)
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
  app.use(
    '/health',
    eventHandler(() => ({ status: 'ok' })),
  )
  const { trustedProxies, metrics, limits } = options.environment
  const clientAddress = createClientAddress(trustedProxies)
  app.use('/metrics', serveMetrics(options.realtime, createMetricsGuard(metrics, clientAddress)))
  app.use(requireIdentity(options.identifier))
  app.use('/auth/v1/admin', useBase('/auth/v1/admin', options.authAdmin.handler))
  app.use('/auth/v1/invite', options.authAdmin.invite)
  app.use('/auth/v1', fetchHandler(options.publicUrl, limitAuth(limits, clientAddress)(options.lite.auth)))
  app.use(
    '/rest/v1',
    fetchHandler(options.publicUrl, (request, event) =>
      options.lite.rest(event.context.identity!.claims, request),
    ),
  )
  app.use('/storage/v1', useBase('/storage/v1', options.storage))
  const { realtime } = options
  if (realtime) app.use('/realtime/v1', useBase('/realtime/v1', realtime.rest))
  app.use('/functions/v1', functionsHandler(options.functionsUrl))
  const server = createServer(toNodeListener(app))
  server.on('upgrade', (request, socket, head) => {
    if (realtime && /^\/realtime\/v1\/websocket\/?(\?|$)/.test(request.url ?? ''))
      realtime.upgrade(request, socket, head)
    else refuseUpgrade(socket, new HandshakeError(404, 'Not found'))
  })
  return server
}
