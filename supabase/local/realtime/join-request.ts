import * as v from 'valibot'
import type { Binding } from './changes/bindings.ts'
import { TokenError } from './tokens.ts'

const Join = v.object({
  config: v.optional(
    v.object({
      broadcast: v.optional(
        v.object({
          self: v.optional(v.boolean(), false),
          ack: v.optional(v.boolean(), false),
          replication_ready: v.optional(v.boolean(), false),
          replay: v.optional(v.object({ since: v.number(), limit: v.optional(v.number()) })),
        }),
        {},
      ),
      presence: v.optional(
        v.object({ key: v.optional(v.string(), ''), enabled: v.optional(v.boolean(), false) }),
        {},
      ),
      postgres_changes: v.optional(v.array(v.looseObject({ event: v.string() })), []),
      private: v.optional(v.boolean(), false),
    }),
    {},
  ),
  access_token: v.nullish(v.string()),
})

/** What a client asks for when it joins. */
export interface JoinRequest {
  self: boolean
  ack: boolean
  /** Asks to be told when broadcasts of the database arrive. */
  wantsReady: boolean
  replay: { since: number; limit?: number | undefined } | undefined
  presence: { key: string; enabled: boolean }
  bindings: Binding[]
  isPrivate: boolean
  /** Undefined: that of the socket serves. */
  token: string | undefined
}

/** A join that is refused; the message is the reason in the reply. */
export class JoinError extends Error {
  override name = 'JoinError'
}

/** A token as a client sends it; an API key in its place says nothing new. */
export const tokenOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && !value.startsWith('sb_') ? value : undefined

/** Reads the payload of `phx_join`. @throws JoinError */
export function readJoin(payload: unknown): JoinRequest {
  const result = v.safeParse(Join, payload ?? {})
  if (!result.success)
    throw new JoinError(
      `InvalidJoinPayload: ${result.issues.map((issue) => v.getDotPath(issue)).join(', ')} is not valid`,
    )
  const { config, access_token } = result.output
  if (config.broadcast.replay && !config.private)
    throw new JoinError('UnableToReplayMessages: Replay is not allowed for public channels')
  return {
    self: config.broadcast.self,
    ack: config.broadcast.ack,
    wantsReady: config.broadcast.replication_ready,
    replay: config.broadcast.replay,
    presence: config.presence,
    bindings: config.postgres_changes as Binding[],
    isPrivate: config.private,
    token: tokenOf(access_token),
  }
}

/** The reason that a refused join gives; null when the fault is ours or the database's. */
export const reasonOf = (error: unknown): string | null =>
  error instanceof JoinError ? error.message : error instanceof TokenError ? error.reason : null
