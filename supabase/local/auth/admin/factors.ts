import { type AuthContext, json, type Route } from '../context.ts'
import { ownFactor } from '../mfa/challenge.ts'
import { audit, SERVICE_ROLE } from '../records/audit.ts'
import { deleteFactor, type Factor, factorsOf } from '../records/factors.ts'
import { factorJson } from '../records/user-json.ts'
import { lockUser } from '../records/users.ts'
import { FactorParams, parseParams, validPathId, validPhone } from './params.ts'
import { namedUser } from './users.ts'

/** GET /admin/users/:id/factors */
export const listFactors =
  (context: AuthContext): Route =>
  async (call) => {
    const { id } = await namedUser(context, call)
    return json((await factorsOf(context.db.pool, id)).map(factorJson))
  }

/** DELETE /admin/users/:id/factors/:factor, for who has lost the phone that has it. */
export const removeFactor =
  (context: AuthContext): Route =>
  async (call) => {
    const id = validPathId(call.params.id)
    const factorId = validPathId(call.params.factor, 'factor_id')
    const factor = await context.db.transaction('Database error deleting factor', async (tx) => {
      const user = await lockUser(tx, id)
      const found = await ownFactor(tx, id, factorId)
      await audit(tx, 'factor_deleted', user, { traits: { user_id: id, factor_id: factorId }, ip: call.ip })
      await deleteFactor(tx, found)
      return found
    })
    return json(factorJson(factor))
  }

/** PUT /admin/users/:id/factors/:factor */
export const renameFactor =
  (context: AuthContext): Route =>
  async (call) => {
    const id = validPathId(call.params.id)
    const factorId = validPathId(call.params.factor, 'factor_id')
    const params = parseParams(FactorParams, call.body)
    const factor = await context.db.transaction('Database error updating factor', async (tx) => {
      const user = await lockUser(tx, id)
      const found = await ownFactor(tx, user.id, factorId)
      const phone = params.phone && found.factor_type === 'phone' ? validPhone(params.phone) : null
      const { rows } = await tx.query<Factor>(
        `update auth.mfa_factors set friendly_name = coalesce(nullif($2, ''), friendly_name),
           phone = coalesce($3, phone), updated_at = now() where id = $1 returning *`,
        [factorId, params.friendly_name, phone],
      )
      const traits = { user_id: id, factor_id: factorId, factor_type: found.factor_type }
      await audit(tx, 'factor_updated', SERVICE_ROLE, { traits })
      return rows[0]!
    })
    return json(factorJson(factor))
  }
