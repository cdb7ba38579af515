import { createServer, type IncomingHttpHeaders } from 'node:http'
import { listen } from '../support/listen.ts'
import { type Entrance, openEntrance } from './entrance.ts'

export interface Seen {
  server: string
  method: string
  url: string
  headers: IncomingHttpHeaders
}

export interface Witnessed {
  entrance: Entrance
  /** What reached any of them, in order. */
  seen: Seen[]
  /** One of them, for entrances of a test's own. */
  port: number
  ask(path: string, init?: RequestInit): Promise<{ status: number; headers: Headers; text: string }>
  /** What reached the one that a path leads to. */
  reached(path: string, init?: RequestInit): Promise<Seen>
  dispose(): Promise<void>
}

/** Answers with what it was asked; a deadly one ends the connection without a word. */
async function startWitness(name: string, seen: Seen[], isDeadly = false) {
  const server = createServer((req, res) => {
    const request = { server: name, method: req.method!, url: req.url!, headers: req.headers }
    seen.push(request)
    if (isDeadly) return void req.socket.destroy()
    req.resume().on('end', () => res.end(JSON.stringify(request)))
  })
  return { server, port: await listen(server) }
}

/** A gateway, a Studio and two servers of functions, of which one dies at every request. */
export async function openWitnessed(): Promise<Witnessed> {
  const seen: Seen[] = []
  const [gateway, studio, functions, dying] = await Promise.all([
    startWitness('gateway', seen),
    startWitness('studio', seen),
    startWitness('functions', seen),
    startWitness('dying', seen, true),
  ])
  const entrance = await openEntrance(
    { gateway: gateway.port, studio: studio.port, functions: [functions.port, dying.port] },
    // So much that only the tests of sign-in meet a limit.
    { NGINX_RATE: '2000r/s', NGINX_BURST: '2000', NGINX_RATE_SIGN_IN: '1r/m', NGINX_BURST_SIGN_IN: '2' },
  )
  async function ask(path: string, init: RequestInit = {}) {
    const response = await fetch(`${entrance.url}${path}`, { redirect: 'manual', ...init })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  return {
    entrance,
    seen,
    port: gateway.port,
    ask,
    reached: async (path, init) => JSON.parse((await ask(path, init)).text) as Seen,
    async dispose() {
      await entrance.dispose()
      for (const { server } of [gateway, studio, functions, dying]) {
        server.closeAllConnections()
        server.close()
      }
    },
  }
}
