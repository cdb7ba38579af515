import type { Channel } from './channel.ts'
import type { RealtimeContext } from './context.ts'
import { tell } from './deliver.ts'

/** Leaves without a word: the socket is gone, or has no channel there yet. */
export function forget({ topics }: RealtimeContext, channel: Channel): void {
  const { socket, topic, name, request, member } = channel
  channel.hasEnded = true
  if (socket.channels.get(topic) === channel) socket.channels.delete(topic)
  topics.leave(name, request.isPrivate, member)
  channel.changes?.close()
}

/**
 * Leaves, and tells the client.
 * @param event `phx_close`, and it does not come back by itself; `phx_error` when something broke: it joins again.
 */
export function leave(ctx: RealtimeContext, channel: Channel, event: 'phx_close' | 'phx_error'): void {
  if (channel.hasEnded) return
  forget(ctx, channel)
  const { socket, topic, joinRef } = channel
  socket.push({ joinRef, ref: joinRef, topic, event }, '{}')
}

/** Ends a channel with a reason. */
export function end(ctx: RealtimeContext, channel: Channel, reason: string): void {
  if (channel.hasEnded) return
  tell(channel, 'system', 'error', reason)
  leave(ctx, channel, 'phx_close')
}
