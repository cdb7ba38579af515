import { payerOf } from './admission.ts'
import type { Channel } from './channel.ts'
import type { RealtimeContext } from './context.ts'
import { sendEvent } from './deliver.ts'
import type { Push } from './frames.ts'
import { maySay, setHears } from './grants.ts'
import { end } from './leave.ts'

const TOO_MANY = 'Too many presence messages per second'

/** Shows a client to the others of its channel, or takes it away; where it may not, it only seems to. */
export async function setPresence(ctx: RealtimeContext, channel: Channel, push: Push): Promise<void> {
  const { socket, request, member } = channel
  const { event, payload } = (push.payload ?? {}) as { event?: unknown; payload?: unknown }
  const payer = payerOf(channel)
  if (!ctx.events.own(payer)) return end(ctx, channel, TOO_MANY)
  if (JSON.stringify(payload ?? {}).length > ctx.limits.maxPayloadBytes)
    return socket.reply(push, 'error', { reason: 'Payload size exceeded' })
  if (!request.isPrivate || (await maySay(ctx, channel)).presence) {
    const { room } = channel
    if (channel.hasEnded || !room) return
    if (!ctx.events.all(payer)) return socket.reply(push, 'error', { reason: TOO_MANY })
    if (event === 'untrack') room.presence.untrack(member)
    else if (event === 'track') {
      // Whoever shows itself wants to see the others.
      if (!channel.wantsPresence && channel.hears.presence) {
        channel.wantsPresence = true
        setHears(channel, channel.hears)
        sendEvent(channel, 'presence_state', room.presence.state())
      }
      room.presence.track(member, channel.presenceKey, typeof payload === 'object' ? (payload ?? {}) : {})
    }
  }
  socket.reply(push, 'ok', {})
}
