import type { Fetch } from '../auth/admin/gate.ts'

const MAKES_USERS = /\/(signup|otp|magiclink)$/

/**
 * Two requests that would make the same account come one after the other: Auth's server looks whether there is one, and
 * then makes it. The second gets the answer of whoever comes late, not a failure.
 */
export function oneAtATime(auth: Fetch): Fetch {
  const busy = new Map<string, Promise<unknown>>()
  return async (request) => {
    if (request.method !== 'POST' || !MAKES_USERS.test(new URL(request.url).pathname)) return auth(request)
    const { email } = ((await request
      .clone()
      .json()
      .catch(() => null)) ?? {}) as { email?: unknown }
    if (typeof email !== 'string') return auth(request)
    const key = email.toLowerCase()
    const mine = (busy.get(key) ?? Promise.resolve()).catch(() => {}).then(() => auth(request))
    busy.set(key, mine)
    try {
      return await mine
    } finally {
      if (busy.get(key) === mine) busy.delete(key)
    }
  }
}
