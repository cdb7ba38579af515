import type { Socket } from 'node:net'
import * as ws from 'ws'

// @types/ws leaves it out; it makes the frame that every reader of a message shares.
const { Sender } = ws as unknown as { Sender: { frame(data: Buffer, options: object): Buffer[] } }

/** A message as it goes over the wire to a WebSocket without compression: made once, written to many. */
export function frame(message: string | Buffer): Buffer {
  const isBinary = typeof message !== 'string'
  const data = isBinary ? message : Buffer.from(message)
  return Buffer.concat(
    Sender.frame(data, { fin: true, rsv1: false, opcode: isBinary ? 2 : 1, mask: false, readOnly: true }),
  )
}

/** Sockets with something to write in this turn of the event loop. */
const corked = new Set<Socket>()

function flush() {
  for (const socket of corked) socket.uncork()
  corked.clear()
}

/** Writes a frame; what one turn of the event loop writes to a socket leaves in one system call. */
export function write(socket: Socket, bytes: Buffer): void {
  if (!corked.has(socket)) {
    if (corked.size === 0) setImmediate(flush)
    corked.add(socket)
    socket.cork()
  }
  socket.write(bytes)
}
