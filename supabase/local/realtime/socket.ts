import type { Socket as NetSocket } from 'node:net'
import type { RawData, WebSocket } from 'ws'
import type { Socket } from './channel.ts'
import type { Place } from './connections.ts'
import type { RealtimeContext } from './context.ts'
import { decodeBinary, decodeText, encodeText, FrameError } from './frames.ts'
import type { Handshake } from './handshake.ts'
import { forget } from './leave.ts'
import { receive } from './receive.ts'
import { frame, write } from './wire.ts'

/** Serves a WebSocket until it closes. */
export function serveSocket(
  ctx: RealtimeContext,
  ws: WebSocket,
  net: NetSocket,
  { version, claims }: Handshake,
  place: Place,
): Socket {
  const socket: Socket = {
    version,
    claims,
    place,
    channels: new Map(),
    seenAt: performance.now(),
    isOpen: () => ws.readyState === ws.OPEN,
    send(bytes) {
      if (ws.readyState !== ws.OPEN) return
      write(net, bytes)
      if (net.writableLength > ctx.limits.maxBufferBytes) ws.terminate()
    },
    push: (message, json) => socket.send(frame(encodeText(version, message, json))),
    reply: ({ joinRef, ref, topic }, status, response) =>
      socket.push({ joinRef, ref, topic, event: 'phx_reply' }, JSON.stringify({ status, response })),
    close: (code, reason) => ws.close(code, reason),
    terminate: () => ws.terminate(),
  }

  ws.on('message', (data: RawData, isBinary: boolean) => {
    socket.seenAt = performance.now()
    try {
      const bytes = data as Buffer
      receive(ctx, socket, isBinary ? decodeBinary(bytes) : decodeText(version, bytes))
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      ws.close(1003, error.message)
    }
  })
  // What was wrong with the connection shows in its end.
  ws.on('error', () => {})
  ws.on('close', () => {
    for (const channel of [...socket.channels.values()]) forget(ctx, channel)
  })
  return socket
}
