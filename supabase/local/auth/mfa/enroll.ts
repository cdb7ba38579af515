import * as v from 'valibot'
import { AuthError, unexpectedFailure, validationFailed } from '../admin/errors.ts'
import { parseParams } from '../admin/params.ts'
import { type Caller, requireCaller } from '../caller.ts'
import { type AuthContext, type Call, json, type Route } from '../context.ts'
import { audit } from '../records/audit.ts'
import { deleteExpiredFactors, type Factor, factorsOf, insertTotpFactor } from '../records/factors.ts'
import { lockUser } from '../records/users.ts'
import type { MfaSettings } from './settings.ts'
import { newTotp } from './totp.ts'

const text = v.nullish(v.string(), '')
const EnrollParams = v.object({ friendly_name: text, factor_type: text, issuer: text, phone: text })

/**
 * Who calls, with the session that a factor raises.
 * @throws AuthError as GoTrue: nobody anonymous has factors.
 */
export async function requireOwner(context: AuthContext, call: Call) {
  const { user, session, claims } = await requireCaller(context, call)
  if (claims.is_anonymous)
    throw new AuthError(403, 'no_authorization', 'Anonymous user not allowed to perform these actions')
  if (!session)
    throw unexpectedFailure('A valid session and a registered user are required to enroll a factor')
  return { user, session }
}

/** @throws AuthError where one more factor is one too many, or not this caller's to add. */
function assertRoom(
  factors: Factor[],
  name: string,
  session: NonNullable<Caller['session']>,
  settings: MfaSettings,
) {
  if (factors.some((factor) => (factor.friendly_name ?? '') === name))
    throw new AuthError(
      422,
      'mfa_factor_name_conflict',
      `A factor with the friendly name ${JSON.stringify(name)} for this user already exists`,
    )
  if (factors.length >= settings.maxEnrolledFactors)
    throw new AuthError(
      422,
      'too_many_enrolled_mfa_factors',
      'Maximum number of verified factors reached, unenroll to continue',
    )
  // Otherwise whoever has stolen a password adds a factor of its own, and needs the owner's no longer.
  if (factors.some(({ status }) => status === 'verified') && session.aal !== 'aal2')
    throw new AuthError(403, 'insufficient_aal', 'AAL2 required to enroll a new factor')
}

const disabled = (kind: string, name: string) =>
  new AuthError(422, `mfa_${kind}_enroll_not_enabled`, `MFA enroll is disabled for ${name}`)

/** POST /factors. The key is told this once; it is a factor when its first code has been given. */
export function enrollFactor(context: AuthContext, settings: MfaSettings): Route {
  return async (call) => {
    const { user, session } = await requireOwner(context, call)
    const params = parseParams(EnrollParams, call.body)
    if (params.factor_type === 'phone') throw disabled('phone', 'Phone')
    if (params.factor_type === 'webauthn') throw disabled('webauthn', 'WebAuthn')
    if (params.factor_type !== 'totp')
      throw validationFailed('factor_type needs to be totp, phone, or webauthn')
    if (!settings.totp.enroll) throw disabled('totp', 'TOTP')

    const { friendly_name: name, issuer } = params
    const key = newTotp(issuer || new URL(context.settings.siteUrl).host, user.email ?? user.phone ?? '')
    if (!key) throw validationFailed('issuer is too long')
    const factor = await context.db.transaction('Database error enrolling factor', async (tx) => {
      // Two that are enrolled at once are counted one after the other.
      await lockUser(tx, user.id)
      await deleteExpiredFactors(tx, user.id, settings.expirySeconds)
      assertRoom(await factorsOf(tx, user.id), name, session, settings)
      const inserted = await insertTotpFactor(tx, user.id, name, key.secret)
      await audit(tx, 'factor_in_progress', user, { traits: { factor_id: inserted.id }, ip: call.ip })
      return inserted
    })
    // Only what there is room for is drawn.
    return json({ id: factor.id, type: 'totp', friendly_name: name, totp: key.draw() })
  }
}
