import type { LargeText } from '../../../../server/db/large-rows.ts'
import type { MediaHandler } from '../cache/types.ts'

/** One statement, and the values of `$1`, `$2`…: texts of unknown type, bytes or null. Never a number. */
export interface Statement {
  text: string
  values: unknown[]
}

/** As what the rows are answered; the server negotiates it. */
export type Body =
  | { kind: 'none' }
  | { kind: 'array' | 'object'; isStripped: boolean }
  | { kind: 'csv' }
  | { kind: 'geojson' }
  | { kind: 'custom'; handler: MediaHandler }

/** What config says of statements. */
export interface SqlOptions {
  /** `db-aggregates-enabled`. */
  aggregates: boolean
  maxRows: number | null
}

/** The single row that every statement answers. */
export interface Outcome {
  /** Of all rows, without limit; null where it was not asked for. */
  total: string | null
  page_total: string
  body: string | Buffer | LargeText | null
  response_headers: string | null
  response_status: string | null
  /** Of an insert with return=headers-only: `id=eq.1`, each a key. */
  location?: string[] | null
  /** Of an upsert: how many rows were new. */
  inserted?: string | null
}
