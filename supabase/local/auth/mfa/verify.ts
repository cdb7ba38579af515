import * as v from 'valibot'
import { openLimiter } from '../../../../server/http/limiter.ts'
import { AuthError, validationFailed } from '../admin/errors.ts'
import { isUuid, parseParams, validPathId } from '../admin/params.ts'
import { type AuthContext, json, type Route } from '../context.ts'
import { CommitError, type Tx } from '../database.ts'
import { audit } from '../records/audit.ts'
import { type Factor, lastStepOf, lockChallenge } from '../records/factors.ts'
import { lockUser } from '../records/users.ts'
import { raiseSession } from '../tokens/issue.ts'
import { assertVerifiable, NOWHERE, ownFactor } from './challenge.ts'
import { requireOwner } from './enroll.ts'
import type { MfaSettings } from './settings.ts'
import { stepOf } from './totp.ts'

const text = v.nullish(v.string(), '')
const VerifyParams = v.object({ challenge_id: text, code: text })

/** Wrong codes of a user. Three of a million codes are right at any time, and a challenge costs nothing. */
const WRONG_CODES = { points: 15, seconds: 300 }

/** The challenge that is answered, locked. @throws AuthError as GoTrue */
async function openChallenge(tx: Tx, factor: Factor, id: string, address: string, settings: MfaSettings) {
  const challenge = isUuid(id)
    ? await lockChallenge(tx, factor.id, id, address, settings.expirySeconds)
    : null
  if (!challenge)
    throw new AuthError(422, 'mfa_factor_not_found', 'MFA factor with the provided challenge ID not found')
  if (challenge.verified_at || !challenge.is_same_address)
    throw new AuthError(422, 'mfa_ip_address_mismatch', 'Challenge and verify IP addresses mismatch.')
  if (challenge.is_expired) {
    await tx.query('delete from auth.mfa_challenges where id = $1', [challenge.id])
    throw new CommitError(
      new AuthError(
        422,
        'mfa_challenge_expired',
        `MFA challenge ${challenge.id} has expired, verify against another challenge or create a new challenge.`,
      ),
    )
  }
  return challenge
}

/** The factor is the user's from here on; what was enrolled beside it and never proved goes. */
async function settle(tx: Tx, factor: Factor, challengeId: string, step: number): Promise<void> {
  await tx.query('update auth.mfa_challenges set verified_at = now(), otp_code = $2 where id = $1', [
    challengeId,
    String(step),
  ])
  if (factor.status !== 'verified')
    await tx.query(`update auth.mfa_factors set status = 'verified', updated_at = now() where id = $1`, [
      factor.id,
    ])
  await tx.query(
    `delete from auth.mfa_factors where user_id = $1 and status = 'unverified' and factor_type = $2`,
    [factor.user_id, factor.factor_type],
  )
}

/** POST /factors/:id/verify. A right code raises the session to aal2 and ends those that are not. */
export function verifyFactor(context: AuthContext, settings: MfaSettings): Route {
  const wrongCodes = openLimiter('segundo-factor', WRONG_CODES)
  return async (call) => {
    const { user, session } = await requireOwner(context, call)
    const id = validPathId(call.params.id, 'factor_id')
    const { challenge_id, code } = parseParams(VerifyParams, call.body)
    if (!code) throw validationFailed('Code needs to be non-empty')
    // Counted before it is looked at, so that many at once are not all looked at.
    if ((await wrongCodes.take(user.id)).isOver)
      throw new AuthError(429, 'over_request_rate_limit', 'Request rate limit reached')

    let isWrong = false
    try {
      const answer = await context.db.transaction('Database error verifying factor', async (tx) => {
        await lockUser(tx, user.id)
        const factor = await ownFactor(tx, user.id, id)
        assertVerifiable(factor, settings)
        const challenge = await openChallenge(tx, factor, challenge_id, call.ip ?? NOWHERE, settings)
        const step = stepOf(factor.secret ?? '', code)
        // Whoever has read a code over a shoulder comes after its owner has used it.
        isWrong = step === null || step <= (await lastStepOf(tx, id))
        if (step === null || isWrong)
          throw new AuthError(422, 'mfa_verification_failed', 'Invalid TOTP code entered')
        const traits = { factor_id: id, challenge_id: challenge.id, factor_type: factor.factor_type }
        await audit(tx, 'verification_attempted', user, { traits, ip: call.ip })
        await settle(tx, factor, challenge.id, step)
        const raised = await raiseSession(tx, context, call, session, user.id, 'totp', id)
        await tx.query(`delete from auth.sessions where user_id = $1 and aal < 'aal2'`, [user.id])
        return raised
      })
      return json(answer)
    } finally {
      if (!isWrong) await wrongCodes.giveBack(user.id)
    }
  }
}
