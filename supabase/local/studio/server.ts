import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { createApp, createError, eventHandler, sendWebResponse, setResponseHeaders, toNodeListener } from 'h3'
import { isLoopback, SetupError } from '../settings.ts'
import { type Bundle, readBundle } from './assets.ts'
import { isLocal, isSameOrigin } from './guard.ts'
import { describeSchema } from './schema.ts'

export interface StudioOptions {
  /** A loopback address. */
  host: string
  /** 0 takes a free one. */
  port: number
  gatewayUrl: string
  /** Stays in this process: the browser never sees it. */
  secretKey: string
  /** Postgres, as the owner of the tables: it reads what there is. */
  ownerUrl: string
  /** The schemas that the gateway serves, the only ones worth showing. */
  schemas: string[]
}

export interface Studio {
  url: string
  close(): Promise<void>
}

const HEADERS = {
  // The page talks to its own server and to nobody else, and nobody frames it.
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

const ONE_DAY = 24 * 3600

// All else is a page of Studio, which its script draws.
const API = /^\/(_system|static|(auth|functions|rest|storage)\/v1)(\/|$)/

// Rows of a table or view; functions are not Studio's to call.
const TABLE = /^\/rest\/v1\/[^/]+$/

const TO_GATEWAY = [
  'accept',
  'accept-profile',
  'content-profile',
  'content-type',
  'prefer',
  'range',
  'range-unit',
]
const TO_BROWSER = ['content-type', 'content-range', 'preference-applied']

function pick(from: (name: string) => string | null | undefined, names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (from(name) ? [[name, from(name)!]] : [])))
}

/** Asks the gateway as the service role: all that goes along is the query, the body and a few headers. */
async function askGateway(request: IncomingMessage, target: URL, options: StudioOptions): Promise<Response> {
  const { method = 'GET', headers } = request
  const hasBody = method !== 'GET' && method !== 'HEAD'
  const response = await fetch(target, {
    method,
    headers: { ...pick((name) => headers[name]?.toString(), TO_GATEWAY), apikey: options.secretKey },
    ...(hasBody && { body: Readable.toWeb(request) as ReadableStream, duplex: 'half' }),
  } as RequestInit)
  return new Response(response.body, {
    status: response.status,
    headers: pick((name) => response.headers.get(name), TO_BROWSER),
  })
}

const forbidden = (message: string) => createError({ statusCode: 403, message })

function createStudioApp(options: StudioOptions, { page, assets }: Bundle) {
  const app = createApp({
    onError(error, event) {
      const isOurs = error.statusCode >= 500
      if (isOurs) console.error('studio:', error.cause ?? error)
      event.node.res.writeHead(error.statusCode, { 'content-type': 'application/json' })
      event.node.res.end(
        JSON.stringify({ message: isOurs ? 'Studio could not reach the stack' : error.message }),
      )
    },
  })
  app.use(
    eventHandler((event) => {
      setResponseHeaders(event, HEADERS)
      if (!isLocal(event.node.req)) throw forbidden('Studio serves this machine only')
    }),
  )
  app.use(
    eventHandler(async (event) => {
      const path = event.path.split('?')[0]!
      const asset = assets.get(path)
      if (asset) {
        setResponseHeaders(event, {
          'content-type': asset.type,
          'cache-control': `private, max-age=${ONE_DAY}`,
        })
        return asset.read()
      }
      if (!API.test(path)) {
        setResponseHeaders(event, { 'content-type': 'text/html; charset=utf-8' })
        return page
      }
      if (!isSameOrigin(event.node.req)) throw forbidden('Only the page of Studio may ask this')
      setResponseHeaders(event, { 'cache-control': 'no-store' })
      // Lite's page calls it admin mode when its server adds the credentials.
      if (path === '/_system/info') return { admin: true }
      if (path === '/_system/introspect') return describeSchema(options.ownerUrl, options.schemas)
      // Judged as it will be asked: a URL takes a backslash for a slash and %2e for a dot.
      const target = new URL(path, options.gatewayUrl)
      if (TABLE.test(path) && TABLE.test(target.pathname)) {
        target.search = event.path.slice(path.length)
        return sendWebResponse(event, await askGateway(event.node.req, target, options))
      }
      throw createError({ statusCode: 404, message: 'Not found' })
    }),
  )
  return app
}

/**
 * Serves lite's Studio on this machine: its page, and the rows of the tables with the secret key, which is
 * added here.
 * @throws SetupError when the host is not loopback (Studio has no login) or the port is taken.
 */
export async function startStudio(options: StudioOptions): Promise<Studio> {
  if (!isLoopback(options.host)) {
    throw new SetupError(
      `Studio has no login and shows every row, so it listens on this machine only: ${options.host} is not a loopback address. Reach it through an SSH tunnel, or switch it off with STUDIO=off.`,
    )
  }
  const server = createServer(toNodeListener(createStudioApp(options, await readBundle())))
  server.listen(options.port, options.host)
  await once(server, 'listening').catch((cause) => {
    if (cause.code !== 'EADDRINUSE') throw cause
    throw new SetupError(`Port ${options.port} is taken: STUDIO_PORT sets the port of Studio.`, { cause })
  })
  const { port } = server.address() as AddressInfo
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  return {
    url: `http://${host}:${port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
