import { networkOf } from '../../../../server/http/client-address.ts'
import { openLimiter } from '../../../../server/http/limiter.ts'
import { AuthError } from '../admin/errors.ts'
import type { AuthSettings } from '../admin/settings.ts'
import { type AuthContext, type Call, json } from '../context.ts'
import { insertUser } from '../records/users.ts'
import { issueSession } from '../tokens/issue.ts'
import { dataOf } from './fields.ts'

const HOUR = 3600

/** @throws AuthError signup_disabled where config.toml lets nobody make an account. */
export function assertOpen({ enableSignup }: AuthSettings): void {
  if (!enableSignup) throw new AuthError(422, 'signup_disabled', 'Signups not allowed for this instance')
}

/** POST /signup by who says neither address nor number: an account that is nobody's yet. */
export function signInAnonymously(context: AuthContext) {
  const { db, settings } = context
  const { enableAnonymous, anonymousPerHour: points } = settings
  const limiter = points ? openLimiter('anonimos', { points, seconds: HOUR }) : undefined
  return async (call: Call): Promise<Response> => {
    if (!enableAnonymous)
      throw new AuthError(422, 'anonymous_provider_disabled', 'Anonymous sign-ins are disabled')
    assertOpen(settings)
    const userMetadata = dataOf(call.body)
    if (call.ip && (await limiter?.take(networkOf(call.ip)))?.isOver)
      throw new AuthError(429, 'over_request_rate_limit', 'Request rate limit reached')
    const session = await db.transaction('Database error creating anonymous user', async (tx) => {
      const user = await insertUser(tx, { userMetadata, isAnonymous: true })
      return issueSession(tx, context, call, user.id, 'anonymous')
    })
    return json(session)
  }
}
