import { availableParallelism } from 'node:os'
import type { Server } from './answer/openapi.ts'
import type { TxEnd } from './answer/preferences.ts'
import type { Name } from './cache/types.ts'

/** How REST is served; names in brackets are PostgREST's. */
export interface RestOptions {
  /** Logs in as `authenticator`, which becomes the caller. */
  authenticatorUrl: string
  /** Of a role that sees all of the catalog. */
  ownerUrl: string
  /** Exposed schemas, the default one first (db-schemas). */
  schemas: readonly string[]
  /** db-extra-search-path */
  extraSearchPath?: readonly string[]
  /** Rows that an answer has at most (db-max-rows); no bound where null. */
  maxRows?: number | null
  /** db-aggregates-enabled */
  hasAggregates?: boolean
  /** db-plan-enabled */
  hasPlans?: boolean
  /** db-tx-end */
  txEnd?: TxEnd
  /** db-anon-role */
  anonRole?: string
  /** db-pre-request */
  preRequest?: Name | null
  /** openapi-mode */
  openApi?: 'follow-privileges' | 'disabled'
  /** Where clients reach it, for the OpenAPI. */
  server?: Server
  /** Connections for requests that read, and for those that may wait for a lock. */
  readers?: number
  writers?: number
  /** A connection whose server does not answer for so long is given up. */
  queryTimeoutMs?: number
  /** Do transactions only read, because a disk is nearly full? */
  isFull?: () => boolean
}

export type RestSettings = Required<RestOptions>

// Above the 8 s of statement_timeout that authenticator has: only a dead server takes longer.
const QUERY_TIMEOUT_MS = 12_000

/** With what is not said of them. */
export const withDefaults = (options: RestOptions): RestSettings => ({
  extraSearchPath: ['public'],
  maxRows: null,
  hasAggregates: false,
  hasPlans: false,
  txEnd: 'commit',
  anonRole: 'anon',
  preRequest: null,
  openApi: 'follow-privileges',
  server: { basePath: '/' },
  // What reads never waits for a lock, only for a processor: more at once would make each of them slower.
  readers: 2 * availableParallelism() + 1,
  writers: 15,
  queryTimeoutMs: QUERY_TIMEOUT_MS,
  isFull: () => false,
  ...options,
})
