// limit, offset and the Range header as intervals of rows, from `first` to `last` (null: to the end).
import { RestError } from '../error.ts'

export interface Interval {
  first: number
  last: number | null
}

export const ALL: Interval = { first: 0, last: null }

/** Nothing has more rows than a number counts: what is beyond is cut. */
const clamp = (value: number) => Math.max(-Number.MAX_SAFE_INTEGER, Math.min(value, Number.MAX_SAFE_INTEGER))

function integer(text: string | undefined): number | null {
  const digits = /^\s*(-?\d+)\s*$/.exec(text ?? '')?.[1]
  return digits === undefined ? null : clamp(Number(digits))
}

const isEmpty = ({ first, last }: Interval) => last !== null && last < first
/** `limit=0`: the one empty interval that may be asked for. */
const isNothing = ({ last }: Interval) => last === -1

const intersection = (a: Interval, b: Interval): Interval => ({
  first: Math.max(a.first, b.first),
  last: a.last === null ? b.last : b.last === null ? a.last : Math.min(a.last, b.last),
})

/** Of what a query says for one level; a value that is no number says nothing. */
export function intervalOf(said: { limit?: string; offset?: string }): Interval {
  const offset = integer(said.offset)
  const limit = integer(said.limit)
  if (said.offset === undefined) return limit === null ? ALL : { first: 0, last: limit - 1 }
  const first = offset ?? 0
  if (said.limit === undefined) return { first, last: null }
  return { first, last: clamp(first + (limit ?? 0) - 1) }
}

export const asRange = ({ first, last }: Interval) => ({
  offset: first,
  limit: last === null ? null : last - first + 1,
})

function ofHeader(header: string | undefined): Interval {
  const [, first, last] = /^(\d+)-(\d*)$/.exec(header ?? '') ?? []
  return first === undefined ? ALL : { first: integer(first)!, last: integer(last) }
}

/** The rows that a request asks for at its top: by header, where it may, and by query. */
export function topInterval(method: string, header: string | undefined, query: Interval | null): Interval {
  const byHeader = method === 'GET' ? ofHeader(header) : ALL
  const said = query ?? ALL
  const top = isNothing(said) ? { first: 0, last: -1 } : intersection(byHeader, said)
  if (isEmpty(top) && !isNothing(said)) {
    const details = isEmpty(byHeader)
      ? 'The lower boundary must be lower than or equal to the upper boundary in the Range header.'
      : 'Limit should be greater than or equal to zero.'
    throw new RestError(416, 'PGRST103', 'Requested range not satisfiable', { details })
  }
  if (method === 'PUT' && (top.first !== 0 || top.last !== null)) {
    throw new RestError(400, 'PGRST114', 'limit/offset querystring parameters are not allowed for PUT')
  }
  return top
}
