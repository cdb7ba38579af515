import { randomUUID } from 'node:crypto'
import { admit, NO_PLACE, signIn } from './admission.ts'
import { userOf } from './allowance.ts'
import { EVERYTHING, type Grants, NOTHING } from './authorization.ts'
import { broadcast } from './broadcast.ts'
import type { RealtimeContext } from './context.ts'
import { encodeBroadcast, encodeText, type Push } from './frames.ts'
import { JoinError, readJoin, tokenOf } from './join.ts'
import { type ChannelChanges, subscribeToChanges } from './postgres-changes.ts'
import { setPresence } from './presence.ts'
import { tellWhenReady } from './ready.ts'
import type { Socket } from './socket.ts'
import { type ChannelState, setHears } from './state.ts'
import { expiredText, TokenError } from './tokens.ts'
import type { Message } from './types.ts'
import { frame } from './wire.ts'

/** A topic that a socket has joined, or is joining. */
export interface Channel {
  isPrivate: boolean
  /** Whether it hears what happens in Postgres, which a lost connection to it would keep from it. */
  needsPostgres: boolean
  receive(push: Push): void
  /** Asks the policies again; ends the channel when they no longer let it read. */
  reauthorize(): Promise<void>
  /** Ends it when its token has. @param now seconds since 1970. */
  checkExpiry(now: number): void
  /** Tells the client that it has ended; it does not come back by itself. */
  close(): void
  /** Tells the client that something broke; it joins again. */
  fail(): void
  /** Leaves without a word: the socket is gone. */
  forget(): void
}

/**
 * Joins a topic: verifies the token, asks the policies, subscribes, and answers.
 * @throws JoinError, TokenError, or what Postgres failed with; the caller answers.
 */
export async function openChannel(ctx: RealtimeContext, socket: Socket, push: Push): Promise<void> {
  const { topic } = push
  const joinRef = push.joinRef ?? push.ref
  const name = topic.slice('realtime:'.length)
  const request = readJoin(push.payload)
  const { isPrivate } = request
  let changes: ChannelChanges | undefined
  let grantsToWrite: Promise<Grants> | undefined
  let isStale = false
  // What arrives before the client has been answered waits.
  let waiting: { bytes: Buffer; message?: Message | undefined }[] | null = []

  const state: ChannelState = {
    socket,
    topic,
    name,
    request,
    claims: socket.claims,
    client: () => ({ network: socket.place.network, user: userOf(state.claims) }),
    hears: NOTHING,
    wantsPresence: request.presence.enabled,
    presenceKey: request.presence.key || randomUUID(),
    member: {
      version: socket.version,
      hears: NOTHING,
      receive: (bytes, message) => (waiting ? waiting.push({ bytes, message }) : socket.send(bytes)),
    },
    room: undefined,
    hasEnded: false,
    mayWrite() {
      if (grantsToWrite) return grantsToWrite
      const asked = isPrivate ? ctx.authorizer.write(name, state.claims) : Promise.resolve(EVERYTHING)
      grantsToWrite = asked
      // An answer that did not come is asked for again at the next message.
      asked.catch(() => {
        if (grantsToWrite === asked) grantsToWrite = undefined
      })
      return asked
    },
    send: (event, json) => socket.push({ joinRef, topic, event }, json),
    end(reason) {
      if (state.hasEnded) return
      system('system', 'error', reason)
      leaveWith('phx_close')
    },
  }
  const system = (extension: string, status: 'ok' | 'error', message: string) =>
    state.send('system', JSON.stringify({ message, status, extension, channel: name }))
  const grantsToRead = () =>
    isPrivate ? ctx.authorizer.read(name, state.claims) : Promise.resolve(EVERYTHING)

  function forget() {
    state.hasEnded = true
    if (socket.channels.get(topic) === channel) socket.channels.delete(topic)
    ctx.topics.leave(name, isPrivate, state.member)
    changes?.subscription?.close()
  }
  function leaveWith(event: 'phx_close' | 'phx_error') {
    if (state.hasEnded) return
    forget()
    socket.push({ joinRef, ref: joinRef, topic, event }, '{}')
  }

  async function reauthorize() {
    // While it joins, its own question may have come too early: it asks again when it has.
    if (!state.room) {
      isStale = true
      return
    }
    const grants = await grantsToRead()
    if (state.hasEnded) return
    grantsToWrite = undefined
    if (!grants.broadcast && !grants.presence)
      return state.end(`You no longer have permission to read from this Channel topic: ${name}`)
    setHears(state, grants)
    if (!(await state.mayWrite()).presence) state.room.presence.untrack(state.member)
  }

  async function renew(payload: unknown) {
    const token = tokenOf((payload as { access_token?: unknown } | null)?.access_token)
    if (!token) return
    try {
      state.claims = await ctx.verifyToken(token)
    } catch (error) {
      if (!(error instanceof TokenError)) throw error
      return state.end(error.message)
    }
    if (!signIn(state)) return state.end(NO_PLACE)
    changes?.subscription?.setClaims(state.claims)
    if (isPrivate) await reauthorize()
  }

  // A question that Postgres could not answer leaves the channel as it is: when Postgres is lost, it fails.
  const quietly = (work: Promise<unknown>) => void work.catch((error) => console.error(error))

  const channel: Channel = {
    isPrivate,
    needsPostgres: isPrivate || request.bindings.length > 0,
    receive(from) {
      if (from.event === 'access_token') quietly(renew(from.payload))
      else if (from.event === 'phx_leave') {
        socket.reply(from, 'ok', {})
        leaveWith('phx_close')
      } else if (!state.room) socket.reply(from, 'error', { reason: 'unmatched topic' })
      else if (from.event === 'broadcast') quietly(broadcast(ctx, state, from))
      else if (from.event === 'presence') quietly(setPresence(ctx, state, from))
    },
    reauthorize,
    checkExpiry(now) {
      const { exp } = state.claims
      if (exp !== undefined && exp <= now) state.end(expiredText(exp))
    },
    close: () => leaveWith('phx_close'),
    fail: () => leaveWith('phx_error'),
    forget,
  }

  socket.channels.set(topic, channel)
  try {
    if (request.token) state.claims = await ctx.verifyToken(request.token)
    const { exp } = state.claims
    if (exp !== undefined && exp <= Date.now() / 1000)
      throw new TokenError('InvalidJWTToken', expiredText(exp))
    admit(ctx, state)
    if (channel.needsPostgres && !(await ctx.whenLive())) throw new Error('Postgres is not heard')
    const grants = await grantsToRead()
    if (!grants.broadcast && !grants.presence)
      throw new JoinError(
        `Unauthorized: You do not have permissions to read from this Channel topic: ${name}`,
      )
    changes = await subscribeToChanges(ctx, request, state.claims, (json) =>
      state.member.receive(frame(encodeText(socket.version, { topic, event: 'postgres_changes' }, json))),
    )
    if (state.hasEnded || !socket.isOpen()) return forget()
    setHears(state, grants)
    const room = ctx.topics.join(name, isPrivate, state.member)
    const replayed = request.replay && grants.broadcast ? await ctx.replayer.replay(name, request.replay) : []
    if (state.hasEnded) return
    state.room = room

    socket.reply({ ...push, joinRef }, 'ok', { postgres_changes: changes.bindings })
    if (state.member.hears.presence) state.send('presence_state', room.presence.state())
    for (const message of replayed) {
      const encoded = encodeBroadcast(socket.version, topic, message)
      if (encoded) socket.send(frame(encoded))
    }
    const known = new Set(replayed.map(({ id }) => id))
    for (const { bytes, message } of waiting) if (!message?.id || !known.has(message.id)) socket.send(bytes)
    waiting = null
    if (isStale) quietly(reauthorize())
    if (request.wantsReady) void tellWhenReady(ctx, state, system)
    if (changes.failure) system('postgres_changes', 'error', changes.failure)
    else if (changes.subscription) system('postgres_changes', 'ok', 'Subscribed to PostgreSQL')
  } catch (error) {
    forget()
    throw error
  }
}
