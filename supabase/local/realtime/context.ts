import type { Allowance } from './allowance.ts'
import type { Authorizer } from './authorization.ts'
import type { PostgresChanges } from './changes/changes.ts'
import type { Limits } from './limits.ts'
import type { Replayer } from './replay.ts'
import type { VerifyToken } from './tokens.ts'
import type { Topics } from './topics.ts'

/** What every socket of one server shares. */
export interface RealtimeContext {
  limits: Limits
  topics: Topics
  authorizer: Authorizer
  replayer: Replayer
  changes: PostgresChanges
  verifyToken: VerifyToken
  /** Broadcasts and presences of clients. */
  events: Allowance
  joins: Allowance
  /** Waits until what Postgres says arrives; false when it takes too long. */
  whenLive(): Promise<boolean>
}
