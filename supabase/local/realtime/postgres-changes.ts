import type { ChangesSubscription } from './changes/changes.ts'
import { ChangesError } from './changes/errors.ts'
import type { Channel } from './channel.ts'
import type { RealtimeContext } from './context.ts'
import { deliver } from './deliver.ts'
import { encodeText } from './frames.ts'
import { frame } from './wire.ts'

/** The subscription of a channel, or why there is none: the reply to the join numbers the bindings all the same. */
export interface ChannelChanges {
  bindings: object[]
  subscription?: ChangesSubscription
  failure?: string
}

let lastRefused = 0

/** Subscribes a channel to the changes it asks for. */
export async function subscribeToChanges(ctx: RealtimeContext, channel: Channel): Promise<ChannelChanges> {
  const { socket, topic, claims } = channel
  const { bindings } = channel.request
  if (bindings.length === 0) return { bindings }
  try {
    const subscription = await ctx.changes.subscribe(bindings, claims, (json) =>
      deliver(channel, frame(encodeText(socket.version, { topic, event: 'postgres_changes' }, json))),
    )
    return { bindings: subscription.bindings, subscription }
  } catch (error) {
    if (!(error instanceof ChangesError)) throw error
    return {
      bindings: bindings.map((binding) => ({ ...binding, id: ++lastRefused })),
      failure: error.message,
    }
  }
}
