import type { IncomingMessage } from 'node:http'
import type { Socket as NetSocket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { type ClientAddress, networkOf } from '../../../server/http/client-address.ts'
import type { Identifier } from '../gateway/identity.ts'
import { userOf } from './allowance.ts'
import type { Socket } from './channel.ts'
import { createConnections } from './connections.ts'
import type { RealtimeContext } from './context.ts'
import { HandshakeError, readHandshake, refuse } from './handshake.ts'
import { serveSocket } from './socket.ts'

// Largest frame of a client, in bytes.
const MAX_FRAME = 5_000_000
const DISPLACED_MS = 1000
const FULL = 'Too many connected users'

/** Where sockets come in: who they are, and whether there is a place for them. @param sockets takes those that did. */
export function createEntrance(
  ctx: RealtimeContext,
  sockets: Set<Socket>,
  options: {
    resolveKey: Identifier['resolveKey']
    clientAddress: ClientAddress
    maxHeaderLength: number
  },
) {
  const connections = createConnections(ctx.limits)
  const wss = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME,
  })

  async function enter(request: IncomingMessage, socket: Duplex, head: Buffer) {
    const handshake = await readHandshake(request, { ...options, verifyToken: ctx.verifyToken })
    if (socket.destroyed) return
    let served: Socket | undefined
    const place = connections.take(networkOf(options.clientAddress(request)), () => {
      served?.close(1013, FULL)
      // Whoever holds a place that is wanted is not waited for.
      setTimeout(() => (served ? served.terminate() : socket.destroy()), DISPLACED_MS).unref()
    })
    const user = userOf(handshake.claims)
    if (!place || (user && !place.signIn(user))) {
      place?.release()
      throw new HandshakeError(429, FULL)
    }
    socket.once('close', place.release)
    wss.handleUpgrade(request, socket, head, (ws) => {
      const opened = serveSocket(ctx, ws, socket as NetSocket, handshake, place)
      served = opened
      sockets.add(opened)
      ws.once('close', () => sockets.delete(opened))
    })
  }

  return {
    /** Takes over a connection that asks for a socket, or refuses it. */
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      socket.on('error', () => {})
      enter(request, socket, head).catch((error) => {
        if (!(error instanceof HandshakeError)) console.error(error)
        refuse(socket, error instanceof HandshakeError ? error : new HandshakeError(503, 'Not available'))
      })
    },
  }
}
