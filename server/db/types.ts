import type pg from 'pg'

/** The text of a JSON value made by Postgres: it is sent as it came, so numbers keep their digits. */
export type Json = string

/** What a verified JWT says; `role` is a role that `authenticator` may become. */
export interface Claims {
  role: string
  sub?: string
  [claim: string]: unknown
}

/** A query with a name is parsed and planned once per connection. */
export interface Query {
  name: string
  text: string
}

/** A transaction that runs as a caller; every query of it is under that caller's RLS. */
export interface Caller {
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    query: Query | string,
    params?: unknown[],
  ): Promise<Row[]>
}

export interface Database {
  /**
   * One query as the caller, in a transaction of its own: a single network flight.
   * @param who whose share of the connections it takes: the user's, unless somebody else is named. Without either it
   * has no share of its own.
   */
  as(claims: Claims, who?: string): Caller
  /** Several queries as the caller in one transaction; a throw rolls all of it back. */
  transaction<T>(claims: Claims, work: (tx: Caller) => Promise<T>, who?: string): Promise<T>
  /** Connections open, idle and awaited, for /salud. */
  stats(): { total: number; idle: number; waiting: number }
  close(): Promise<void>
}
