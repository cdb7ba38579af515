import { createHash } from 'node:crypto'
import { type AuthContext, json, type Route } from '../context.ts'
import type { Tx } from '../database.ts'
import { audit, SERVICE_ROLE } from '../records/audit.ts'
import { updateUser } from '../records/change-user.ts'
import { endFlowsOf } from '../records/flow-state.ts'
import { clearOneTimeTokens } from '../records/one-time-tokens.ts'
import { endSessions } from '../records/sessions.ts'
import { lockUser, type UserRow } from '../records/users.ts'
import { DeleteParams, parseParams, validPathId } from './params.ts'
import { traitsOf } from './users.ts'

const obscure = (id: string, value: string) =>
  createHash('sha256')
    .update(id + value)
    .digest('base64url')

/** Keeps the row, so that what refers to it holds, and nothing by which the person could be known. */
async function softDelete(tx: Tx, user: UserRow): Promise<void> {
  const { id, email, phone } = user
  await updateUser(tx, id, {
    email: email && obscure(id, email),
    phone: phone && obscure(id, phone).slice(0, 15),
    deleted_at: new Date(),
    encrypted_password: null,
    email_change: null,
    phone_change: null,
    confirmation_token: null,
    recovery_token: null,
    email_change_token_current: null,
    email_change_token_new: null,
    phone_change_token: null,
    reauthentication_token: null,
    raw_user_meta_data: {},
    raw_app_meta_data: {},
  })
  for (const identity of user.identities) {
    await tx.query(
      `update auth.identities set identity_data = '{}', provider_id = $2, updated_at = now() where id = $1`,
      [identity.id, obscure(id, `${identity.provider}:${identity.provider_id}`)],
    )
  }
  await clearOneTimeTokens(tx, id)
  await tx.query('delete from auth.mfa_factors where user_id = $1', [id])
}

/** DELETE /admin/users/:id. A hard delete is refused by Postgres where a table of ours still refers to the user. */
export function deleteUser({ db }: AuthContext): Route {
  return async (call) => {
    const id = validPathId(call.params.id)
    const { should_soft_delete: isSoft } = parseParams(DeleteParams, call.body)
    await db.transaction('Database error deleting user', async (tx) => {
      const user = await lockUser(tx, id)
      await audit(tx, 'user_deleted', SERVICE_ROLE, { traits: traitsOf(user) })
      if (isSoft && user.deleted_at) return
      await endSessions(tx, id)
      await endFlowsOf(tx, id)
      if (isSoft) await softDelete(tx, user)
      else await tx.query('delete from auth.users where id = $1', [id])
    })
    return json({})
  }
}
