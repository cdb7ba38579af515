import { broadcast } from './broadcast.ts'
import type { Socket } from './channel.ts'
import type { RealtimeContext } from './context.ts'
import type { Push } from './frames.ts'
import { join } from './join.ts'
import { leave } from './leave.ts'
import { setPresence } from './presence.ts'
import { renewToken } from './reauthorize.ts'

const UNMATCHED = { reason: 'unmatched topic' }

/** Does what a client says. */
export function receive(ctx: RealtimeContext, socket: Socket, push: Push): void {
  const { topic, event } = push
  if (topic === 'phoenix') {
    if (event === 'heartbeat') socket.reply(push, 'ok', {})
    return
  }
  if (event === 'phx_join') return void join(ctx, socket, push)
  const channel = socket.channels.get(topic)
  if (!channel) {
    if (push.ref !== null) socket.reply(push, 'error', UNMATCHED)
  } else if (event === 'access_token') quietly(renewToken(ctx, channel, push.payload))
  else if (event === 'phx_leave') {
    socket.reply(push, 'ok', {})
    leave(ctx, channel, 'phx_close')
  } else if (!channel.room) socket.reply(push, 'error', UNMATCHED)
  else if (event === 'broadcast') quietly(broadcast(ctx, channel, push))
  else if (event === 'presence') quietly(setPresence(ctx, channel, push))
}

/** A question that Postgres could not answer leaves the channel as it is: when Postgres is lost, it fails. */
function quietly(work: Promise<unknown>): void {
  work.catch((error) => console.error(error))
}
