import { slot } from '../process/slot.ts'
import { openDatabase } from './database.ts'
import type { DatabaseSettings } from './settings.ts'
import type { Database } from './types.ts'

/** The connections of this process to Postgres. */
export interface Pools {
  database: Database
  /** For requests that only read: few connections, which those that wait for each other's locks never hold. */
  readers: Database
}

// Above the 8 s of statement_timeout that Supabase gives authenticator: only a dead server takes longer.
const QUERY_TIMEOUT_MS = 12_000

export const pools = slot<Pools>('The pools of Postgres')

export function openPools({ databaseUrl, poolSize, readers }: DatabaseSettings): Pools {
  const open = (max: number, isShared: boolean) =>
    openDatabase(databaseUrl, { max, isShared, queryTimeoutMs: QUERY_TIMEOUT_MS })
  return { database: open(poolSize, false), readers: open(readers, true) }
}
