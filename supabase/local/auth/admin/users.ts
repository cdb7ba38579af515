import { type AuthContext, type Call, json, type Route } from '../context.ts'
import type { Tx } from '../database.ts'
import { audit, SERVICE_ROLE } from '../records/audit.ts'
import { mergeMetadata, updateUser } from '../records/change-user.ts'
import { insertIdentity } from '../records/identities.ts'
import { clearOneTimeTokens } from '../records/one-time-tokens.ts'
import { userJson } from '../records/user-json.ts'
import { findUser, insertUser, isEmailTaken, isPhoneTaken, lockUser, type UserRow } from '../records/users.ts'
import { parseBan } from './duration.ts'
import { emailExists, phoneExists, validationFailed } from './errors.ts'
import { parseParams, UserParams, validEmail, validNewId, validPathId, validPhone } from './params.ts'
import { assertPassword, assertPasswordHash, hashPassword, unguessablePassword } from './secrets.ts'
import type { AuthSettings } from './settings.ts'

/** Confirms the e-mail: from here on the user signs in with it, and codes on their way are worth nothing. */
export async function confirmEmail(tx: Tx, id: string): Promise<void> {
  const user = await lockUser(tx, id)
  await updateUser(tx, id, {
    confirmation_token: null,
    email_confirmed_at: new Date(),
    raw_user_meta_data: { ...user.raw_user_meta_data, email_verified: true },
  })
  await tx.query(
    `update auth.identities set identity_data = identity_data || '{"email_verified": true}', updated_at = now()
     where user_id = $1 and provider = 'email'`,
    [id],
  )
  await clearOneTimeTokens(tx, id)
}

/** Confirms the phone. */
export async function confirmPhone(tx: Tx, id: string): Promise<void> {
  await updateUser(tx, id, { confirmation_token: null, phone_confirmed_at: new Date() })
  await clearOneTimeTokens(tx, id)
}

/** Bans a user for so many milliseconds from now; 0 lifts the ban. */
export async function ban(tx: Tx, id: string, milliseconds: number): Promise<void> {
  await updateUser(tx, id, { banned_until: milliseconds ? new Date(Date.now() + milliseconds) : null })
}

/** What the audit log tells of the user that an admin has done something to. */
export const traitsOf = (user: UserRow) => ({
  user_id: user.id,
  user_email: user.email ?? '',
  user_phone: user.phone ?? '',
})

async function hashOf(params: UserParams, settings: AuthSettings): Promise<string> {
  if (params.password_hash) {
    if (params.password != null)
      throw validationFailed('Only a password or a password hash should be provided')
    assertPasswordHash(params.password_hash)
    return params.password_hash
  }
  if (params.password) assertPassword(params.password, settings)
  return hashPassword(params.password || unguessablePassword())
}

/** POST /admin/users. Makes a user with the given attributes, confirmed or not, and sends no mail. */
export function createUser({ db, settings }: AuthContext): Route {
  return async (call) => {
    const params = parseParams(UserParams, call.body)
    if (!params.email && !params.phone)
      throw validationFailed('Cannot create a user without either an email or phone')
    const email = params.email ? validEmail(params.email) : null
    const phone = params.phone ? validPhone(params.phone) : null
    const id = params.id ? validNewId(params.id) : undefined
    const banMs = params.ban_duration ? parseBan(params.ban_duration) : null
    const passwordHash = await hashOf(params, settings)
    const providers = [email && 'email', phone && 'phone'].filter((name) => name !== null)

    const user = await db.transaction('Database error creating new user', async (tx) => {
      if (email && (await isEmailTaken(tx, email))) throw emailExists()
      if (phone && (await isPhoneTaken(tx, phone))) throw phoneExists()
      const made = await insertUser(tx, {
        id,
        aud: params.aud,
        role: params.role,
        email,
        phone,
        passwordHash,
        appMetadata: mergeMetadata({ provider: providers[0], providers }, params.app_metadata ?? {}),
        userMetadata: params.user_metadata,
      })
      if (email) await insertIdentity(tx, made.id, 'email', { email })
      if (phone) await insertIdentity(tx, made.id, 'phone', { phone })
      if (params.email_confirm) await confirmEmail(tx, made.id)
      if (params.phone_confirm) await confirmPhone(tx, made.id)
      if (banMs !== null) await ban(tx, made.id, banMs)
      await audit(tx, 'user_signedup', SERVICE_ROLE, {
        traits: { ...traitsOf(made), provider: providers[0] },
      })
      return lockUser(tx, made.id)
    })
    return json(userJson(user))
  }
}

/** The user that a path names. @throws AuthError user_not_found */
export const namedUser = ({ db }: AuthContext, { params }: Call): Promise<UserRow> =>
  findUser(db.pool, validPathId(params.id))

/** GET /admin/users/:id */
export const getUser =
  (context: AuthContext): Route =>
  async (call) =>
    json(userJson(await namedUser(context, call)))
