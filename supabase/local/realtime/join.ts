import { randomUUID } from 'node:crypto'
import { admit } from './admission.ts'
import { NOTHING } from './authorization.ts'
import type { Channel, Socket } from './channel.ts'
import type { RealtimeContext } from './context.ts'
import { deliver, deliverWaiting, sendEvent, tell } from './deliver.ts'
import type { Push } from './frames.ts'
import { mayHear, setHears } from './grants.ts'
import { JoinError, readJoin, reasonOf } from './join-request.ts'
import { forget, leave } from './leave.ts'
import { subscribeToChanges } from './postgres-changes.ts'
import { reauthorize } from './reauthorize.ts'
import { expiredText, TokenError } from './tokens.ts'

const UNABLE = 'UnableToConnectToProject: Realtime was unable to connect to the project database'

/** Joins a client to a topic, or tells it why not. */
export async function join(ctx: RealtimeContext, socket: Socket, push: Push): Promise<void> {
  try {
    makeRoom(ctx, socket, push.topic)
    await enter(ctx, newChannel(socket, push), push)
  } catch (error) {
    const reason = reasonOf(error)
    if (reason === null) console.error(error)
    socket.reply(push, 'error', { reason: reason ?? UNABLE })
  }
}

/** A topic has a name, a socket one channel of it, and no more channels than the limit. @throws JoinError */
function makeRoom(ctx: RealtimeContext, { channels }: Socket, topic: string): void {
  if (!topic.startsWith('realtime:')) throw new JoinError('unmatched topic')
  if (topic === 'realtime:') throw new JoinError('TopicNameRequired: You must provide a topic name')
  const former = channels.get(topic)
  if (former) leave(ctx, former, 'phx_close')
  if (channels.size >= ctx.limits.maxChannelsPerClient)
    throw new JoinError('ChannelRateLimitReached: Too many channels')
}

/** @throws JoinError */
function newChannel(socket: Socket, { topic, joinRef, ref, payload }: Push): Channel {
  const request = readJoin(payload)
  const channel: Channel = {
    socket,
    topic,
    name: topic.slice('realtime:'.length),
    joinRef: joinRef ?? ref,
    request,
    needsPostgres: request.isPrivate || request.bindings.length > 0,
    claims: socket.claims,
    hears: NOTHING,
    says: undefined,
    isStale: false,
    wantsPresence: request.presence.enabled,
    presenceKey: request.presence.key || randomUUID(),
    member: {
      version: socket.version,
      hears: NOTHING,
      receive: (bytes, message) => deliver(channel, bytes, message),
    },
    waiting: [],
    changes: undefined,
    room: undefined,
    hasEnded: false,
  }
  return channel
}

/** Verifies the token, asks the policies, subscribes, and answers. @throws JoinError, TokenError, what Postgres says. */
async function enter(ctx: RealtimeContext, channel: Channel, push: Push): Promise<void> {
  const { socket, topic, name, request } = channel
  socket.channels.set(topic, channel)
  try {
    // Only a token is waited for: of joins that come together, each is counted before the next is looked at.
    if (request.token) channel.claims = await ctx.verifyToken(request.token)
    refuseExpired(channel)
    admit(ctx, channel)
    if (channel.needsPostgres && !(await ctx.whenLive())) throw new Error('Postgres is not heard')
    const grants = await mayHear(ctx, channel)
    if (!grants.broadcast && !grants.presence)
      throw new JoinError(
        `Unauthorized: You do not have permissions to read from this Channel topic: ${name}`,
      )
    const { bindings, subscription, failure } = await subscribeToChanges(ctx, channel)
    channel.changes = subscription
    if (channel.hasEnded || !socket.isOpen()) return forget(ctx, channel)
    setHears(channel, grants)
    const room = ctx.topics.join(name, request.isPrivate, channel.member)
    const replayed = request.replay && grants.broadcast ? await ctx.replayer.replay(name, request.replay) : []
    if (channel.hasEnded) return
    channel.room = room

    socket.reply({ ...push, joinRef: channel.joinRef }, 'ok', { postgres_changes: bindings })
    if (channel.member.hears.presence) sendEvent(channel, 'presence_state', room.presence.state())
    deliverWaiting(channel, replayed)
    if (channel.isStale) void reauthorize(ctx, channel).catch((error) => console.error(error))
    if (request.wantsReady) void tellWhenReady(ctx, channel)
    if (failure) tell(channel, 'postgres_changes', 'error', failure)
    else if (subscription) tell(channel, 'postgres_changes', 'ok', 'Subscribed to PostgreSQL')
  } catch (error) {
    forget(ctx, channel)
    throw error
  }
}

/** @throws TokenError */
function refuseExpired({ claims: { exp } }: Channel): void {
  if (exp !== undefined && exp <= Date.now() / 1000) throw new TokenError('InvalidJWTToken', expiredText(exp))
}

/** Tells a client that asked for it when broadcasts of the database arrive. */
async function tellWhenReady(ctx: RealtimeContext, channel: Channel): Promise<void> {
  const isReady = await ctx.whenLive()
  if (channel.hasEnded) return
  if (isReady) tell(channel, 'system', 'ok', 'Replication connection established')
  else tell(channel, 'system', 'error', 'Replication connection was not established in time')
}
