import type { LargeText } from '../../../../server/db/large-rows.ts'

/** What a request is answered with. */
export interface RestAnswer {
  status: number
  /** What SQL calls the status, where it has named it. */
  statusText?: string
  /** A name may come twice, as Set-Cookie does. */
  headers: (readonly [name: string, value: string])[]
  /** Of a large one the bytes, as Postgres sent them. */
  body: string | Buffer | LargeText
}
