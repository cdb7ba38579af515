import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EventHandler } from 'h3'
import type { ClientAddress } from '../../../server/http/client-address.ts'
import type { Identifier } from '../gateway/identity.ts'
import { createSessionKeys, type SessionKeys } from '../session-keys.ts'
import { createAllowance } from './allowance.ts'
import { createAuthorizer } from './authorization.ts'
import { createPostgresChanges } from './changes/changes.ts'
import type { Channel, Socket } from './channel.ts'
import type { RealtimeContext } from './context.ts'
import { createEntrance } from './entrance.ts'
import { leave } from './leave.ts'
import type { Limits } from './limits.ts'
import { messageOf } from './messages.ts'
import { startPartitioner } from './partitions.ts'
import { endExpired, keepAuthorized } from './reauthorize.ts'
import { createReplayer } from './replay.ts'
import { startReplication } from './replication.ts'
import { createRest } from './rest.ts'
import { createTokenVerifier } from './tokens.ts'
import { createTopics } from './topics.ts'

export interface RealtimeOptions {
  /** Logs in as `supabase_realtime_admin`. */
  realtimeAdminUrl: string
  /** Logs in as `authenticator`: what changes are seen by whom is asked as the subscriber. */
  authenticatorUrl: string
  /** Logs in as a role that may replicate every table. */
  replicationUrl: string
  /** Signs the tokens of sessions, where no other keys do. */
  jwtSecret: string
  sessionKeys?: Pick<SessionKeys, 'verify'>
  resolveKey: Identifier['resolveKey']
  limits: Limits
  clientAddress: ClientAddress
  /** Characters of any header of a connection. */
  maxHeaderLength: number
}

export interface RealtimeServer {
  /** Takes over a connection that asks for `/realtime/v1/websocket`. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** `/api/broadcast` and its like; expects `event.context.identity`. */
  rest: EventHandler
  /** Sockets and channels now, and messages that topics were handed so far. */
  stats(): { sockets: number; channels: number; messages: number }
  /** Tells every client, and ends. */
  close(): Promise<void>
}

const IDLE_MS = 60_000
const LOOK_EVERY_MS = 1000
const LIVE_PATIENCE_MS = 8000
const END_PATIENCE_MS = 5000

/** Starts the Realtime server over a Postgres whose bootstrap is done. */
export async function createRealtimeServer(options: RealtimeOptions): Promise<RealtimeServer> {
  const { limits, clientAddress } = options
  const adminUrl = options.realtimeAdminUrl
  const sockets = new Set<Socket>()
  const topics = createTopics()
  const partitioner = await startPartitioner({ adminUrl })
  const authorizer = createAuthorizer({ adminUrl })
  const replayer = createReplayer({ adminUrl })
  const changes = createPostgresChanges({
    adminUrl: options.replicationUrl,
    userUrl: options.authenticatorUrl,
  })
  let live = Promise.withResolvers<void>()
  let wasLive = false

  const ctx: RealtimeContext = {
    limits,
    topics,
    authorizer,
    replayer,
    changes,
    verifyToken: createTokenVerifier(options.sessionKeys ?? createSessionKeys(options.jwtSecret)),
    events: createAllowance(limits.maxEventsPerSecond, limits.shares),
    joins: createAllowance(limits.maxJoinsPerSecond, limits.shares),
    async whenLive() {
      const late = new Promise<boolean>((resolve) => setTimeout(resolve, LIVE_PATIENCE_MS, false).unref())
      return Promise.race([live.promise.then(() => true), late])
    },
  }

  function* channels(): Iterable<Channel> {
    for (const socket of sockets) yield* socket.channels.values()
  }

  function onState(state: 'live' | 'lost') {
    if (state === 'lost') {
      live = Promise.withResolvers<void>()
      // What they would have heard is lost to them: they join again, and fetch what they missed.
      for (const channel of [...channels()]) if (channel.needsPostgres) leave(ctx, channel, 'phx_error')
      return
    }
    live.resolve()
    // Public channels hear the database too, but nothing of theirs depends on it: they need not wait for it.
    if (wasLive)
      for (const channel of [...channels()]) if (!channel.needsPostgres) leave(ctx, channel, 'phx_error')
    wasLive = true
  }
  const replication = await startReplication({
    url: options.replicationUrl,
    onState,
    async onTransaction(transaction) {
      for (const change of transaction) {
        const message = messageOf(change)
        if (message) topics.publish(message)
      }
      await changes.handle(transaction)
    },
  })

  const authorized = keepAuthorized(ctx, sockets, adminUrl)

  const looking = setInterval(() => {
    const [now, seconds] = [performance.now(), Date.now() / 1000]
    for (const socket of sockets) {
      if (now - socket.seenAt > IDLE_MS) socket.close(1000, 'idle')
      for (const channel of [...socket.channels.values()]) endExpired(ctx, channel, seconds)
    }
  }, LOOK_EVERY_MS)

  const { upgrade } = createEntrance(ctx, sockets, options)

  return {
    upgrade,
    rest: createRest({
      authorizer,
      publish: (message) => topics.publish(message),
      events: ctx.events,
      clientAddress,
      maxPayloadBytes: limits.maxPayloadBytes,
    }),
    stats: () => ({ sockets: sockets.size, channels: [...channels()].length, messages: topics.published() }),
    async close() {
      clearInterval(looking)
      for (const socket of sockets) socket.close(1001, 'The server is stopping')
      const deadline = Date.now() + 2000
      while (sockets.size > 0 && Date.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 20))
      for (const socket of sockets) socket.terminate()
      await replication.close()
      const ended = Promise.all([
        authorized.close(),
        partitioner.close(),
        authorizer.close(),
        replayer.close(),
        changes.close(),
      ])
      // What waits for Postgres ends with it: who stops this stops that next.
      await Promise.race([ended, sleep(END_PATIENCE_MS, undefined, { ref: false })])
    },
  }
}
