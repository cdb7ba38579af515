import type { RealtimeContext } from './context.ts'
import { JoinError } from './join.ts'
import type { ChannelState } from './state.ts'

export const NO_PLACE = 'ConnectionRateLimitReached: Too many connected users'

/** Gives the place of a socket to the user of one of its channels; false when that user has no more. */
export function signIn({ client, socket }: ChannelState): boolean {
  const { user } = client()
  return user === undefined || socket.place.signIn(user)
}

/** Whether there is room for a channel, once it is known whose it is. @throws JoinError */
export function admit({ joins }: RealtimeContext, state: ChannelState): void {
  if (!signIn(state)) throw new JoinError(NO_PLACE)
  const client = state.client()
  if (!joins.own(client) || !joins.all(client))
    throw new JoinError('ClientJoinRateLimitReached: Too many joins per second')
}
