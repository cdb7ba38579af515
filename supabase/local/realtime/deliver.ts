import type { Channel } from './channel.ts'
import { encodeBroadcast } from './frames.ts'
import type { Message } from './types.ts'
import { frame } from './wire.ts'

/** Hands a channel's client a frame; it waits until the join has been answered. @param message the broadcast in it. */
export function deliver({ socket, waiting }: Channel, bytes: Buffer, message?: Message): void {
  if (waiting) waiting.push({ bytes, message })
  else socket.send(bytes)
}

/** Hands over what was said before the join, and then what has waited since: nothing twice. */
export function deliverWaiting(channel: Channel, replayed: Message[]): void {
  const { socket, topic, waiting } = channel
  for (const message of replayed) {
    const encoded = encodeBroadcast(socket.version, topic, message)
    if (encoded) socket.send(frame(encoded))
  }
  const known = new Set(replayed.map(({ id }) => id))
  for (const { bytes, message } of waiting ?? [])
    if (!message?.id || !known.has(message.id)) socket.send(bytes)
  channel.waiting = null
}

/** Sends an event of the server, at once. @param json its payload. */
export function sendEvent({ socket, joinRef, topic }: Channel, event: string, json: string): void {
  socket.push({ joinRef, topic, event }, json)
}

/** Tells the client how something of its channel stands. */
export function tell(
  channel: Channel,
  extension: 'system' | 'postgres_changes',
  status: 'ok' | 'error',
  message: string,
): void {
  sendEvent(channel, 'system', JSON.stringify({ message, status, extension, channel: channel.name }))
}
