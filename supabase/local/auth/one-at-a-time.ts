import { AuthError } from './admin/errors.ts'
import type { Fetch } from './calls.ts'

const MAKES_USERS = /\/(signup|otp|magiclink)$/
/** Of one address that may wait: whoever floods somebody's keeps nobody waiting for longer. */
const WAITING = 4

/**
 * Two requests that would make the same account come one after the other: Auth's server looks whether there is one, and
 * then makes it. The second gets the answer of whoever comes late, not a failure.
 * @throws AuthError 429 where too many of one address are waiting already.
 */
export function oneAtATime(auth: Fetch): Fetch {
  const busy = new Map<string, { last: Promise<unknown>; waiting: number }>()
  return async (request) => {
    if (request.method !== 'POST' || !MAKES_USERS.test(new URL(request.url).pathname)) return auth(request)
    const { email } = ((await request
      .clone()
      .json()
      .catch(() => null)) ?? {}) as { email?: unknown }
    if (typeof email !== 'string') return auth(request)
    const key = email.toLowerCase()
    const line = busy.get(key) ?? { last: Promise.resolve(), waiting: 0 }
    if (line.waiting > WAITING)
      throw new AuthError(429, 'over_request_rate_limit', 'Request rate limit reached')
    busy.set(key, line)
    line.waiting++
    const mine = line.last.catch(() => {}).then(() => auth(request))
    line.last = mine
    try {
      return await mine
    } finally {
      if (--line.waiting === 0) busy.delete(key)
    }
  }
}
