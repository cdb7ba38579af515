import { type AuthContext, json, type Route } from '../context.ts'
import type { Tx } from '../database.ts'
import { audit, SERVICE_ROLE } from '../records/audit.ts'
import { mergeMetadata, updateUser } from '../records/change-user.ts'
import { endFlowsOf } from '../records/flow-state.ts'
import { findIdentity, insertIdentity, updateIdentityData } from '../records/identities.ts'
import { clearOneTimeTokens } from '../records/one-time-tokens.ts'
import { endSessions } from '../records/sessions.ts'
import { userJson } from '../records/user-json.ts'
import { isEmailTaken, isPhoneTaken, lockUser } from '../records/users.ts'
import { parseBan } from './duration.ts'
import { emailExists, phoneExists } from './errors.ts'
import { parseParams, UserParams, validEmail, validPathId, validPhone } from './params.ts'
import { assertPassword, hashPassword } from './secrets.ts'
import { ban, confirmEmail, confirmPhone, traitsOf } from './users.ts'

// Who changes a password may no longer trust what the old one did: codes on their way and sessions end.
async function setPassword(tx: Tx, id: string, hash: string): Promise<void> {
  await updateUser(tx, id, {
    encrypted_password: hash,
    confirmation_token: null,
    confirmation_sent_at: null,
    recovery_token: null,
    recovery_sent_at: null,
    email_change_token_current: null,
    email_change_token_new: null,
    email_change_sent_at: null,
    phone_change_token: null,
    phone_change_sent_at: null,
    reauthentication_token: null,
    reauthentication_sent_at: null,
  })
  await clearOneTimeTokens(tx, id)
  await endSessions(tx, id)
  await endFlowsOf(tx, id)
}

type Contact = { email: string } | { phone: string }

/** Sets the e-mail or the phone of a user, and of the identity that goes with it. */
async function setContact(tx: Tx, id: string, contact: Contact, isVerified: boolean): Promise<void> {
  const kind = 'email' in contact ? 'email' : 'phone'
  const verified = { [`${kind}_verified`]: isVerified }
  const identity = await findIdentity(tx, kind, id)
  if (identity) await updateIdentityData(tx, identity, { ...contact, ...verified })
  else await insertIdentity(tx, id, kind, { ...contact, ...verified })
  await updateUser(tx, id, { ...contact, ...(isVerified && { is_anonymous: false }) })
}

/** PUT /admin/users/:id. What is not given stays as it is; everything changes or nothing does. */
export function changeUser({ db, settings }: AuthContext): Route {
  return async (call) => {
    const id = validPathId(call.params.id)
    const params = parseParams(UserParams, call.body)
    const email = params.email ? validEmail(params.email) : null
    const phone = params.phone ? validPhone(params.phone) : null
    const banMs = params.ban_duration ? parseBan(params.ban_duration) : null
    if (params.password != null) assertPassword(params.password, settings)
    const hash = params.password == null ? null : await hashPassword(params.password)

    const user = await db.transaction('Error updating user', async (tx) => {
      await lockUser(tx, id)
      if (params.role) await updateUser(tx, id, { role: params.role.trim() })
      if (hash) await setPassword(tx, id, hash)
      if (email) {
        if (await isEmailTaken(tx, email, id)) throw emailExists()
        await setContact(tx, id, { email }, params.email_confirm)
      }
      if (phone) {
        if (await isPhoneTaken(tx, phone, id)) throw phoneExists()
        await setContact(tx, id, { phone }, params.phone_confirm)
      }
      if (params.email_confirm) await confirmEmail(tx, id)
      if (params.phone_confirm) await confirmPhone(tx, id)
      if (params.app_metadata || params.user_metadata) {
        // Read again: confirming the e-mail has written to it.
        const now = await lockUser(tx, id)
        await updateUser(tx, id, {
          raw_app_meta_data: mergeMetadata(now.raw_app_meta_data, params.app_metadata ?? {}),
          raw_user_meta_data: mergeMetadata(now.raw_user_meta_data, params.user_metadata ?? {}),
        })
      }
      if (banMs !== null) await ban(tx, id, banMs)
      const changed = await lockUser(tx, id)
      await audit(tx, 'user_modified', SERVICE_ROLE, { traits: traitsOf(changed) })
      return changed
    })
    return json(userJson(user))
  }
}
