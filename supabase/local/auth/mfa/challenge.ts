import { openLimiter } from '../../../../server/http/limiter.ts'
import { AuthError, validationFailed } from '../admin/errors.ts'
import { validPathId } from '../admin/params.ts'
import { type AuthContext, json, type Route } from '../context.ts'
import type { Tx } from '../database.ts'
import { audit } from '../records/audit.ts'
import { type Factor, insertChallenge, lockFactor } from '../records/factors.ts'
import { requireOwner } from './enroll.ts'
import type { MfaSettings } from './settings.ts'

/** Of one person, by whichever address: each leaves a row and a line in the audit log. GoTrue counts as many by address. */
const CHALLENGES = { points: 15, seconds: 60 }

/** Of who calls from nowhere, as the tests of a server without sockets do. */
export const NOWHERE = '0.0.0.0'

/** The caller's factor, locked. @throws AuthError mfa_factor_not_found */
export async function ownFactor(tx: Tx, userId: string, id: string): Promise<Factor> {
  const factor = await lockFactor(tx, userId, id)
  if (!factor) throw new AuthError(404, 'mfa_factor_not_found', 'Factor not found')
  return factor
}

const NAMES = { totp: 'TOTP', phone: 'Phone', webauthn: 'WebAuthn' }

/** @throws AuthError for kinds of factors that are switched off, or that a real GoTrue left in the database. */
export function assertVerifiable({ factor_type: kind }: Factor, settings: MfaSettings): void {
  if (!NAMES[kind]) throw validationFailed('factor_type needs to be totp, phone, or webauthn')
  if (kind !== 'totp' || !settings.totp.verify)
    throw new AuthError(
      422,
      `mfa_${kind}_verify_not_enabled`,
      `MFA verification is disabled for ${NAMES[kind]}`,
    )
}

/** POST /factors/:id/challenge. */
export function challengeFactor(context: AuthContext, settings: MfaSettings): Route {
  const challenges = openLimiter('retos', CHALLENGES)
  return async (call) => {
    const { user } = await requireOwner(context, call)
    const id = validPathId(call.params.id, 'factor_id')
    if ((await challenges.take(user.id)).isOver)
      throw new AuthError(429, 'over_request_rate_limit', 'Request rate limit reached')
    const { challenge, factor } = await context.db.transaction(
      'Database error creating challenge',
      async (tx) => {
        const factor = await ownFactor(tx, user.id, id)
        assertVerifiable(factor, settings)
        const challenge = await insertChallenge(tx, id, call.ip ?? NOWHERE)
        const traits = { factor_id: id, factor_status: factor.status }
        await audit(tx, 'challenge_created', user, { traits, ip: call.ip })
        return { challenge, factor }
      },
    )
    return json({
      id: challenge.id,
      type: factor.factor_type,
      expires_at: Math.floor(challenge.created_at.getTime() / 1000) + settings.expirySeconds,
    })
  }
}
