import { type AuthDatabase, audit, type Tx } from './database.ts'
import { parseBan } from './duration.ts'
import { emailExists } from './errors.ts'
import { type UserParams, validEmail, validPhone } from './params.ts'
import { isEmailTaken, lockUser, type UserRow } from './records.ts'
import { assertPassword, hashPassword } from './secrets.ts'
import type { AuthSettings } from './settings.ts'
import { ban, confirmEmail, confirmPhone, insertIdentity } from './users.ts'

/** Keys with null go, the others are set, what is not named stays. */
function merge(
  current: Record<string, unknown> | null,
  changes: Record<string, unknown>,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries({ ...current, ...changes }).filter(([, value]) => value !== null))
}

/** Ends every session of a user; a refresh token without session goes as well. */
export async function endSessions(tx: Tx, userId: string): Promise<void> {
  await tx.query('delete from auth.sessions where user_id = $1', [userId])
  await tx.query('delete from auth.refresh_tokens where user_id = $1', [userId])
}

// Who changes a password may no longer trust what the old one did: codes on their way and sessions end.
async function setPassword(tx: Tx, id: string, hash: string): Promise<void> {
  await tx.query(
    `update auth.users set encrypted_password = $2, updated_at = now(),
       confirmation_token = null, confirmation_sent_at = null, recovery_token = null, recovery_sent_at = null,
       email_change_token_current = null, email_change_token_new = null, email_change_sent_at = null,
       phone_change_token = null, phone_change_sent_at = null,
       reauthentication_token = null, reauthentication_sent_at = null
     where id = $1`,
    [id, hash],
  )
  await endSessions(tx, id)
}

/** Sets the e-mail or the phone of a user, and of the identity that goes with it. */
async function setContact(tx: Tx, id: string, kind: 'email' | 'phone', value: string, isVerified: boolean) {
  const data = { [kind]: value, [`${kind}_verified`]: isVerified }
  const { rowCount } = await tx.query(
    `update auth.identities set identity_data = identity_data || $3::jsonb, updated_at = now()
     where provider = $2 and provider_id = $1`,
    [id, kind, data],
  )
  if (!rowCount) await insertIdentity(tx, id, kind, data)
  await tx.query(
    `update auth.users set ${kind} = $2, is_anonymous = is_anonymous and not $3, updated_at = now() where id = $1`,
    [id, value, isVerified],
  )
}

/** PUT /users/:id. What is not given stays as it is; everything changes or nothing does. */
export async function updateUser(
  db: AuthDatabase,
  id: string,
  params: UserParams,
  settings: AuthSettings,
): Promise<UserRow> {
  const email = params.email ? validEmail(params.email) : null
  const phone = params.phone ? validPhone(params.phone) : null
  const banMs = params.ban_duration ? parseBan(params.ban_duration) : null
  if (params.password != null) assertPassword(params.password, settings)
  const hash = params.password == null ? null : await hashPassword(params.password)

  return db.transaction('Error updating user', async (tx) => {
    const user = await lockUser(tx, id)
    if (params.role) await tx.query('update auth.users set role = $2 where id = $1', [id, params.role.trim()])
    if (hash) await setPassword(tx, id, hash)
    if (email) {
      if (await isEmailTaken(tx, email, id)) throw emailExists()
      await setContact(tx, id, 'email', email, params.email_confirm)
    }
    if (phone) await setContact(tx, id, 'phone', phone, params.phone_confirm)
    if (params.email_confirm) await confirmEmail(tx, id)
    if (params.phone_confirm) await confirmPhone(tx, id)
    if (params.app_metadata || params.user_metadata) await setMetadata(tx, id, params)
    if (banMs !== null) await ban(tx, id, banMs)
    await audit(tx, 'user_modified', user)
    return lockUser(tx, id)
  })
}

async function setMetadata(tx: Tx, id: string, params: UserParams): Promise<void> {
  // Read again: confirming the e-mail has written to it.
  const user = await lockUser(tx, id)
  await tx.query(
    `update auth.users set raw_app_meta_data = $2, raw_user_meta_data = $3, updated_at = now() where id = $1`,
    [
      id,
      merge(user.raw_app_meta_data, params.app_metadata ?? {}),
      merge(user.raw_user_meta_data, params.user_metadata ?? {}),
    ],
  )
}
