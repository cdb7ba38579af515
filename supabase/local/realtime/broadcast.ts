import { payerOf } from './admission.ts'
import type { Channel } from './channel.ts'
import type { RealtimeContext } from './context.ts'
import type { Push } from './frames.ts'
import { maySay } from './grants.ts'
import { end } from './leave.ts'
import type { Payload } from './types.ts'

const TOO_MANY = 'Too many messages per second'

/** The event and the payload of a broadcast, whatever form it came in; null when it has none. */
function contentOf({ broadcast, payload }: Push): { event: string; payload: Payload } | null {
  if (broadcast) return broadcast
  const { event, payload: content } = (payload ?? {}) as { event?: unknown; payload?: unknown }
  return typeof event === 'string' ? { event, payload: { json: JSON.stringify(content ?? {}) } } : null
}

/** Hands a client's broadcast to the others of its channel; one that it may not send goes nowhere. */
export async function broadcast(ctx: RealtimeContext, channel: Channel, push: Push): Promise<void> {
  const content = contentOf(push)
  if (!content) return
  const { socket, name, request, member } = channel
  const payer = payerOf(channel)
  if (!ctx.events.own(payer)) return end(ctx, channel, TOO_MANY)
  const { payload } = content
  const size = 'binary' in payload ? payload.binary.length : Buffer.byteLength(payload.json)
  if (size > ctx.limits.maxPayloadBytes) {
    if (request.ack) socket.reply(push, 'error', { reason: 'Payload size exceeded' })
    return
  }
  if (request.isPrivate && !(await maySay(ctx, channel)).broadcast) return
  if (channel.hasEnded) return
  // Others have taken what there is: this one is lost, and the channel, whose fault it is not, stays.
  if (!ctx.events.all(payer)) {
    if (request.ack) socket.reply(push, 'error', { reason: TOO_MANY })
    return
  }
  ctx.topics.publish(
    { topic: name, isPrivate: request.isPrivate, ...content },
    request.self ? undefined : member,
  )
  if (request.ack) socket.reply(push, 'ok', {})
}
