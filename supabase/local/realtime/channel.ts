import type { Grants } from './authorization.ts'
import type { ChangesSubscription } from './changes/changes.ts'
import type { Place } from './connections.ts'
import type { Push, Version } from './frames.ts'
import type { JoinRequest } from './join-request.ts'
import type { Caller } from './tokens.ts'
import type { Member, Topic } from './topics.ts'
import type { Message } from './types.ts'

/** One client, with its channels. */
export interface Socket {
  version: Version
  /** Whom its key or token speaks for; a channel may carry a token of its own. */
  claims: Caller
  place: Place
  channels: Map<string, Channel>
  /** performance.now() of the last frame of the client. */
  seenAt: number
  isOpen(): boolean
  /** Writes frames that were made before; cuts the socket off when the client does not read. */
  send(bytes: Buffer): void
  /** Sends an event of a channel. @param json its payload. */
  push(
    message: Pick<Push, 'topic' | 'event'> & { joinRef?: string | null; ref?: string | null },
    json: string,
  ): void
  reply(push: Push, status: 'ok' | 'error', response: object): void
  close(code: number, reason: string): void
  /** Ends the connection without waiting for the client. */
  terminate(): void
}

/** A topic that a socket has joined, or is joining. */
export interface Channel {
  socket: Socket
  /** With `realtime:`. */
  topic: string
  /** Without it. */
  name: string
  /** Of the join; what the server says by itself carries it. */
  joinRef: string | null
  request: JoinRequest
  /** Whether it hears what happens in Postgres, which a lost connection to it would keep from it. */
  needsPostgres: boolean
  claims: Caller
  /** What the policies let it hear. */
  hears: Grants
  /** What the policies let it say: asked at the first message, and remembered. */
  says: Promise<Grants> | undefined
  /** Who may hear it has changed while it was joining. */
  isStale: boolean
  /** Presences go to whoever asked for them, or shows itself. */
  wantsPresence: boolean
  presenceKey: string
  member: Member
  /** What arrived before the client was answered; null once it has been. */
  waiting: { bytes: Buffer; message?: Message | undefined }[] | null
  changes: ChangesSubscription | undefined
  /** Set once it has joined. */
  room: Topic | undefined
  hasEnded: boolean
}
