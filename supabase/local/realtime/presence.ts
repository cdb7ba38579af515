import type { RealtimeContext } from './context.ts'
import type { Push } from './frames.ts'
import { type ChannelState, setHears } from './state.ts'

const TOO_MANY = 'Too many presence messages per second'

/** Shows a client to the others of its channel, or takes it away; where it may not, it only seems to. */
export async function setPresence(ctx: RealtimeContext, state: ChannelState, push: Push): Promise<void> {
  const { socket, request, member } = state
  const { event, payload } = (push.payload ?? {}) as { event?: unknown; payload?: unknown }
  const client = state.client()
  if (!ctx.events.own(client)) return state.end(TOO_MANY)
  if (JSON.stringify(payload ?? {}).length > ctx.limits.maxPayloadBytes)
    return socket.reply(push, 'error', { reason: 'Payload size exceeded' })
  if (!request.isPrivate || (await state.mayWrite()).presence) {
    const { room } = state
    if (state.hasEnded || !room) return
    if (!ctx.events.all(client)) return socket.reply(push, 'error', { reason: TOO_MANY })
    if (event === 'untrack') room.presence.untrack(member)
    else if (event === 'track') {
      // Whoever shows itself wants to see the others.
      if (!state.wantsPresence && state.hears.presence) {
        state.wantsPresence = true
        setHears(state, state.hears)
        state.send('presence_state', room.presence.state())
      }
      room.presence.track(member, state.presenceKey, typeof payload === 'object' ? (payload ?? {}) : {})
    }
  }
  socket.reply(push, 'ok', {})
}
