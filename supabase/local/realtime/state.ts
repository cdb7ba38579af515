import type { Client } from './allowance.ts'
import type { Grants } from './authorization.ts'
import type { Caller, JoinRequest } from './join.ts'
import type { Socket } from './socket.ts'
import type { Member, Topic } from './topics.ts'

/** What the primitives of a channel share. */
export interface ChannelState {
  socket: Socket
  /** With `realtime:`. */
  topic: string
  /** Without it. */
  name: string
  request: JoinRequest
  claims: Caller
  /** Who pays for what it sends. */
  client(): Client
  /** What the policies let it hear. */
  hears: Grants
  /** Presences go to whoever asked for them, or shows itself. */
  wantsPresence: boolean
  presenceKey: string
  member: Member
  /** Set once it has joined. */
  room: Topic | undefined
  hasEnded: boolean
  /** What the policies let it say: asked at the first message, and remembered. */
  mayWrite(): Promise<Grants>
  /** Sends an event with the payload given as JSON. */
  send(event: string, json: string): void
  /** Ends it with a reason: the client does not come back by itself. */
  end(reason: string): void
}

/** Lets it hear what the policies allow, of what it asked for. */
export function setHears(state: ChannelState, grants: Grants): void {
  state.hears = grants
  state.member.hears = {
    broadcast: grants.broadcast,
    presence: grants.presence && state.wantsPresence,
  }
}
