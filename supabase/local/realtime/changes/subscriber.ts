import type { Claims } from '../../../../server/db/types.ts'
import type { Wanted } from './bindings.ts'

/** What a subscriber wants, with the id that it is told of it by. */
export type Wish = Wanted & { id: number }

/** One subscriber. */
export interface Subscriber {
  claims: Claims
  /** Equal for all who are the same to Postgres. */
  who: string
  wishes: Wish[]
  deliver(json: string): void
}

/** What of a subscriber's wishes concerns a group of changes. */
export interface Concerned {
  subscriber: Subscriber
  wishes: Wish[]
}
