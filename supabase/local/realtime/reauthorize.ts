import { listen } from '../../../server/db/listen.ts'
import { NO_PLACE, signIn } from './admission.ts'
import type { Channel, Socket } from './channel.ts'
import type { RealtimeContext } from './context.ts'
import { mayHear, maySay, setHears } from './grants.ts'
import { tokenOf } from './join-request.ts'
import { end } from './leave.ts'
import { expiredText, TokenError } from './tokens.ts'

/** NOTIFY of this channel says that who may hear a topic has changed; its payload is the topic, or nothing for all. */
const NOTICE = 'realtime_reauthorize'
// Policies that an admin edits act on open channels after this long.
const EVERY_MS = 30_000

/** Asks the policies again; ends the channel when they no longer let it read. */
export async function reauthorize(ctx: RealtimeContext, channel: Channel): Promise<void> {
  // While it joins, its own question may have come too early: it asks again when it has.
  if (!channel.room) {
    channel.isStale = true
    return
  }
  const grants = await mayHear(ctx, channel)
  if (channel.hasEnded) return
  channel.says = undefined
  if (!grants.broadcast && !grants.presence)
    return end(ctx, channel, `You no longer have permission to read from this Channel topic: ${channel.name}`)
  setHears(channel, grants)
  if (!(await maySay(ctx, channel)).presence) channel.room.presence.untrack(channel.member)
}

/** Takes the new token of a client. */
export async function renewToken(ctx: RealtimeContext, channel: Channel, payload: unknown): Promise<void> {
  const token = tokenOf((payload as { access_token?: unknown } | null)?.access_token)
  if (!token) return
  try {
    channel.claims = await ctx.verifyToken(token)
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    return end(ctx, channel, error.message)
  }
  if (!signIn(channel)) return end(ctx, channel, NO_PLACE)
  channel.changes?.setClaims(channel.claims)
  if (channel.request.isPrivate) await reauthorize(ctx, channel)
}

/** Ends a channel when its token has. @param now seconds since 1970. */
export function endExpired(ctx: RealtimeContext, channel: Channel, now: number): void {
  const { exp } = channel.claims
  if (exp !== undefined && exp <= now) end(ctx, channel, expiredText(exp))
}

/**
 * Asks again for the private channels of these sockets: for those of a topic when Postgres says so, for all when its
 * word may have been missed, and now and then.
 * @param adminUrl where it is heard.
 */
export function keepAuthorized(ctx: RealtimeContext, sockets: Set<Socket>, adminUrl: string) {
  async function ask(name: string | null) {
    const concerned = [...sockets]
      .flatMap(({ channels }) => [...channels.values()])
      .filter((channel) => channel.request.isPrivate && (name === null || channel.name === name))
    // One after the other: who joins or speaks meanwhile does not wait behind all of them.
    for (const channel of concerned) await reauthorize(ctx, channel).catch((error) => console.error(error))
  }
  const listener = listen(adminUrl, NOTICE, (name) => void ask(name))
  const timer = setInterval(() => void ask(null), EVERY_MS)
  return {
    async close(): Promise<void> {
      clearInterval(timer)
      await listener.close()
    },
  }
}
