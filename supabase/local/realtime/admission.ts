import { type Client, userOf } from './allowance.ts'
import type { Channel } from './channel.ts'
import type { RealtimeContext } from './context.ts'
import { JoinError } from './join-request.ts'

export const NO_PLACE = 'ConnectionRateLimitReached: Too many connected users'

/** Who pays for what a channel sends. */
export const payerOf = ({ socket, claims }: Channel): Client => ({
  network: socket.place.network,
  user: userOf(claims),
})

/** Gives the place of a socket to the user of one of its channels; false when that user has no more. */
export function signIn(channel: Channel): boolean {
  const { user } = payerOf(channel)
  return user === undefined || channel.socket.place.signIn(user)
}

/** Whether there is room for a channel, once it is known whose it is. @throws JoinError */
export function admit({ joins }: RealtimeContext, channel: Channel): void {
  if (!signIn(channel)) throw new JoinError(NO_PLACE)
  const payer = payerOf(channel)
  if (!joins.own(payer) || !joins.all(payer))
    throw new JoinError('ClientJoinRateLimitReached: Too many joins per second')
}
