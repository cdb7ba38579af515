import type { ChangesSubscription } from './changes/changes.ts'
import { ChangesError } from './changes/errors.ts'
import type { RealtimeContext } from './context.ts'
import type { Caller, JoinRequest } from './join.ts'

/** The subscription of a channel, or why there is none: the reply to the join numbers the bindings all the same. */
export interface ChannelChanges {
  bindings: object[]
  subscription?: ChangesSubscription
  failure?: string
}

let lastRefused = 0

/** Subscribes a channel to the changes it asks for. */
export async function subscribeToChanges(
  ctx: RealtimeContext,
  { bindings }: JoinRequest,
  claims: Caller,
  deliver: (json: string) => void,
): Promise<ChannelChanges> {
  if (bindings.length === 0) return { bindings }
  try {
    const subscription = await ctx.changes.subscribe(bindings, claims, deliver)
    return { bindings: subscription.bindings, subscription }
  } catch (error) {
    if (!(error instanceof ChangesError)) throw error
    return {
      bindings: bindings.map((binding) => ({ ...binding, id: ++lastRefused })),
      failure: error.message,
    }
  }
}
