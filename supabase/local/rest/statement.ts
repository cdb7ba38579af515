import type { Name } from './cache/types.ts'

/** One SQL statement, whose single row is a {@link StatementRow}. */
export interface Statement {
  text: string
  /** Of `$1`…; text, or null. Buffers where the type is bytea. */
  values: readonly unknown[]
}

/** The columns of every statement; a reader or a call has neither `location` nor `inserted`. */
export interface StatementRow {
  /** Rows that there are beyond limit and offset, as Postgres writes a bigint; null where nobody counts. */
  total: string | null
  /** Rows of this answer, or that were written. */
  page_total: string
  /** What the {@link Handler} makes of the rows: text, or bytea of a custom one. */
  body: string | Buffer | null
  /** `nullif(current_setting('response.headers', true), '')` */
  response_headers: string | null
  /** `nullif(current_setting('response.status', true), '')` */
  response_status: string | null
  /** Of an insert of one row with `return=headers-only`: `key=eq.value` of its primary key, a text[]. */
  location?: string[] | null
  /** Of an upsert (merge-duplicates, PUT): how many rows are new. */
  inserted?: string | null
}

/** How the rows of an answer become its body, in SQL. */
export type Handler =
  /** Nobody reads it: `''`. Of HEAD, and of writes without `return=representation`. */
  | { kind: 'none' }
  /** An array; of a function that gives one row or one scalar, that. */
  | { kind: 'json'; isStripped: boolean }
  /** The first row; that it is the only one is checked by who runs the statement, before the commit. */
  | { kind: 'object'; isStripped: boolean }
  | { kind: 'csv' }
  | { kind: 'geojson' }
  /** A function or aggregate of the rows `of` (`schema.name`, or `*` for any). */
  | { kind: 'custom'; function: Name; of: string }

/** What besides request and cache makes a statement. */
export interface StatementOptions {
  handler: Handler
  /** `db-max-rows`; null without a bound. */
  maxRows: number | null
  /** `db-aggregates-enabled` */
  hasAggregates: boolean
}
