import { eventHandler, getQuery, setResponseHeaders } from 'h3'
import { openLimiter, rateLimitHeaders } from '../../../server/limits/limiter.ts'
import { type ClientAddress, networkOf } from '../../../server/utils/client-address.ts'
import type { Quota } from '../../../server/utils/quota.ts'
import { AuthError, answerError } from '../auth/admin/errors.ts'

/** What an address may ask of Auth; undefined where there is no limit. */
export interface AuthQuotas {
  /** Signing in and up, and whatever sends a mail or takes the code of one. */
  signIn: Quota | undefined
  /** Exchanging a refresh token, which cannot be guessed and which every open app does by itself. */
  refresh: Quota | undefined
}

const GUESSED = /^\/auth\/v1\/(token|signup|recover|verify|otp|magiclink|resend)\/?$/

/** Refuses, as GoTrue does, what comes too often from one address: lite has no limits of its own. */
export function limitAuth(quotas: AuthQuotas, clientAddress: ClientAddress) {
  const signIn = quotas.signIn && openLimiter('entrada', quotas.signIn)
  const refresh = quotas.refresh && openLimiter('renovacion', quotas.refresh)
  return eventHandler(async (event) => {
    const path = event.path.split('?')[0]!
    if (event.method === 'OPTIONS' || !GUESSED.test(path)) return
    const isRefresh = path.includes('/token') && getQuery(event).grant_type === 'refresh_token'
    const usage = await (isRefresh ? refresh : signIn)?.take(networkOf(clientAddress(event.node.req)))
    if (!usage) return
    setResponseHeaders(event, rateLimitHeaders([usage]))
    if (!usage.isOver) return
    setResponseHeaders(event, { 'retry-after': usage.resetS })
    return answerError(event, new AuthError(429, 'over_request_rate_limit', 'Request rate limit reached'))
  })
}
