import { createHash } from 'node:crypto'
import { type AuthDatabase, audit, type Tx } from './database.ts'
import { lockUser, type UserRow } from './records.ts'
import { endSessions } from './update.ts'

const obscure = (id: string, value: string) =>
  createHash('sha256')
    .update(id + value)
    .digest('base64url')

/** Keeps the row, so that what refers to it holds, and nothing by which the person could be known. */
async function softDelete(tx: Tx, user: UserRow): Promise<void> {
  const { id, email, phone } = user
  await tx.query(
    `update auth.users set email = $2, phone = $3, deleted_at = now(), updated_at = now(),
       encrypted_password = null, email_change = null, phone_change = null,
       confirmation_token = null, recovery_token = null, email_change_token_current = null,
       email_change_token_new = null, phone_change_token = null, reauthentication_token = null,
       raw_user_meta_data = '{}', raw_app_meta_data = '{}'
     where id = $1`,
    [id, email && obscure(id, email), phone && obscure(id, phone).slice(0, 15)],
  )
  for (const identity of user.identities) {
    await tx.query(
      `update auth.identities set identity_data = '{}', provider_id = $2, updated_at = now() where id = $1`,
      [identity.id, obscure(id, `${identity.provider}:${identity.provider_id}`)],
    )
  }
}

/** DELETE /users/:id. A hard delete is refused by Postgres where a table of ours still refers to the user. */
export function deleteUser(db: AuthDatabase, id: string, isSoft: boolean): Promise<void> {
  return db.transaction('Database error deleting user', async (tx) => {
    const user = await lockUser(tx, id)
    await audit(tx, 'user_deleted', user)
    if (isSoft && user.deleted_at) return
    await endSessions(tx, id)
    await tx.query('delete from auth.flow_state where user_id = $1', [id])
    if (isSoft) await softDelete(tx, user)
    else await tx.query('delete from auth.users where id = $1', [id])
  })
}
