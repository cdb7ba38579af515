import { EVERYTHING, type Grants } from './authorization.ts'
import type { Channel } from './channel.ts'
import type { RealtimeContext } from './context.ts'

/** What the policies let a channel hear now. */
export function mayHear({ authorizer }: RealtimeContext, channel: Channel): Promise<Grants> {
  if (!channel.request.isPrivate) return Promise.resolve(EVERYTHING)
  return authorizer.read(channel.name, channel.claims)
}

/** What the policies let it say, as they were when it first spoke. */
export function maySay({ authorizer }: RealtimeContext, channel: Channel): Promise<Grants> {
  if (!channel.request.isPrivate) return Promise.resolve(EVERYTHING)
  if (channel.says) return channel.says
  const asked = authorizer.write(channel.name, channel.claims)
  channel.says = asked
  // An answer that did not come is asked for again at the next message.
  asked.catch(() => {
    if (channel.says === asked) channel.says = undefined
  })
  return asked
}

/** Lets it hear what the policies allow, of what it asked for. */
export function setHears(channel: Channel, grants: Grants): void {
  channel.hears = grants
  channel.member.hears = {
    broadcast: grants.broadcast,
    presence: grants.presence && channel.wantsPresence,
  }
}
