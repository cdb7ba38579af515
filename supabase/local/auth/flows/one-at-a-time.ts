import { AuthError } from '../admin/errors.ts'
import type { Route } from '../context.ts'

/** Of one address that may wait: whoever floods somebody's keeps nobody waiting for longer. */
const WAITING = 4

/**
 * Requests that would make the same account come one after the other, whichever routes they are for: the second gets
 * the answer of whoever comes late, not a failure.
 * @returns what puts a route into the line; it throws an AuthError 429 where too many of one address are waiting.
 */
export function oneAtATime(): (route: Route) => Route {
  const busy = new Map<string, { last: Promise<unknown>; waiting: number }>()
  return (route) => async (call) => {
    const { email } = call.body
    if (typeof email !== 'string' || !email) return route(call)
    const key = email.toLowerCase()
    const line = busy.get(key) ?? { last: Promise.resolve(), waiting: 0 }
    if (line.waiting > WAITING)
      throw new AuthError(429, 'over_request_rate_limit', 'Request rate limit reached')
    busy.set(key, line)
    line.waiting++
    const mine = line.last.catch(() => {}).then(() => route(call))
    line.last = mine
    try {
      return await mine
    } finally {
      if (--line.waiting === 0) busy.delete(key)
    }
  }
}
