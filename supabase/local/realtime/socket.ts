import type { Socket as NetSocket } from 'node:net'
import type { RawData, WebSocket } from 'ws'
import { type Channel, openChannel } from './channel.ts'
import type { Place } from './connections.ts'
import type { RealtimeContext } from './context.ts'
import { decodeBinary, decodeText, encodeText, FrameError, type Push, type Version } from './frames.ts'
import { type Caller, JoinError, reasonOf } from './join.ts'
import { frame, write } from './wire.ts'

/** One client, with its channels. */
export interface Socket {
  version: Version
  /** Whom its key or token speaks for; a channel may carry a token of its own. */
  claims: Caller
  place: Place
  channels: Map<string, Channel>
  /** performance.now() of the last frame of the client. */
  seenAt: number
  isOpen(): boolean
  /** Writes frames that were made before; cuts the socket off when the client does not read. */
  send(bytes: Buffer): void
  /** Sends an event of a channel. @param json its payload. */
  push(
    message: Pick<Push, 'topic' | 'event'> & { joinRef?: string | null; ref?: string | null },
    json: string,
  ): void
  reply(push: Push, status: 'ok' | 'error', response: object): void
  close(code: number, reason: string): void
  /** Ends the connection without waiting for the client. */
  terminate(): void
}

const UNMATCHED = { reason: 'unmatched topic' }

/** Serves a WebSocket until it closes. */
export function serveSocket(
  ctx: RealtimeContext,
  ws: WebSocket,
  net: NetSocket,
  { version, claims }: { version: Version; claims: Caller },
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

  async function join(push: Push) {
    const { topic } = push
    try {
      if (!topic.startsWith('realtime:')) throw new JoinError(UNMATCHED.reason)
      if (topic === 'realtime:') throw new JoinError('TopicNameRequired: You must provide a topic name')
      socket.channels.get(topic)?.close()
      if (socket.channels.size >= ctx.limits.maxChannelsPerClient)
        throw new JoinError('ChannelRateLimitReached: Too many channels')
      await openChannel(ctx, socket, push)
    } catch (error) {
      const reason = reasonOf(error)
      if (reason === null) console.error(error)
      socket.reply(push, 'error', {
        reason: reason ?? 'UnableToConnectToProject: Realtime was unable to connect to the project database',
      })
    }
  }

  function receive(push: Push) {
    if (push.topic === 'phoenix') {
      if (push.event === 'heartbeat') socket.reply(push, 'ok', {})
    } else if (push.event === 'phx_join') {
      void join(push)
    } else {
      const channel = socket.channels.get(push.topic)
      if (channel) channel.receive(push)
      else if (push.ref !== null) socket.reply(push, 'error', UNMATCHED)
    }
  }

  ws.on('message', (data: RawData, isBinary: boolean) => {
    socket.seenAt = performance.now()
    try {
      const bytes = data as Buffer
      receive(isBinary ? decodeBinary(bytes) : decodeText(version, bytes))
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      ws.close(1003, error.message)
    }
  })
  // What was wrong with the connection shows in its end.
  ws.on('error', () => {})
  ws.on('close', () => {
    for (const channel of [...socket.channels.values()]) channel.forget()
  })
  return socket
}
