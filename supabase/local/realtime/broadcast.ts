import type { RealtimeContext } from './context.ts'
import type { Push } from './frames.ts'
import type { ChannelState } from './state.ts'
import type { Payload } from './types.ts'

const TOO_MANY = 'Too many messages per second'

/** The event and the payload of a broadcast, whatever form it came in; null when it has none. */
function contentOf({ broadcast, payload }: Push): { event: string; payload: Payload } | null {
  if (broadcast) return broadcast
  const { event, payload: content } = (payload ?? {}) as { event?: unknown; payload?: unknown }
  return typeof event === 'string' ? { event, payload: { json: JSON.stringify(content ?? {}) } } : null
}

/** Hands a client's broadcast to the others of its channel; one that it may not send goes nowhere. */
export async function broadcast(ctx: RealtimeContext, state: ChannelState, push: Push): Promise<void> {
  const content = contentOf(push)
  if (!content) return
  const { socket, name, request, member } = state
  const client = state.client()
  if (!ctx.events.own(client)) return state.end(TOO_MANY)
  const { payload } = content
  const size = 'binary' in payload ? payload.binary.length : Buffer.byteLength(payload.json)
  if (size > ctx.limits.maxPayloadBytes) {
    if (request.ack) socket.reply(push, 'error', { reason: 'Payload size exceeded' })
    return
  }
  if (request.isPrivate && !(await state.mayWrite()).broadcast) return
  if (state.hasEnded) return
  // Others have taken what there is: this one is lost, and the channel, whose fault it is not, stays.
  if (!ctx.events.all(client)) {
    if (request.ack) socket.reply(push, 'error', { reason: TOO_MANY })
    return
  }
  ctx.topics.publish(
    { topic: name, isPrivate: request.isPrivate, ...content },
    request.self ? undefined : member,
  )
  if (request.ack) socket.reply(push, 'ok', {})
}
