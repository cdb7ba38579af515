import { randomUUID } from 'node:crypto'
import { type AuthDatabase, audit, type Tx } from './database.ts'
import { parseBan } from './duration.ts'
import { emailExists, userNotFound, validationFailed } from './errors.ts'
import { type UserParams, validEmail, validNewId, validPhone } from './params.ts'
import { isEmailTaken, lockUser, USER, type UserRow } from './records.ts'
import { assertPassword, assertPasswordHash, hashPassword, unguessablePassword } from './secrets.ts'
import type { AuthSettings } from './settings.ts'

interface NewUser {
  id?: string
  aud?: string
  role?: string
  email: string | null
  phone?: string | null
  /** bcrypt; null for a user without a password. */
  passwordHash: string | null
  appMetadata?: Record<string, unknown> | null
  userMetadata?: Record<string, unknown> | null
  /** What the identity of the e-mail tells besides the address. */
  identityData?: Record<string, unknown>
}

/** Adds the identity by which a user signs in with e-mail or phone. */
export async function insertIdentity(
  tx: Tx,
  userId: string,
  provider: 'email' | 'phone',
  data: Record<string, unknown>,
): Promise<void> {
  await tx.query(
    `insert into auth.identities (id, provider, provider_id, user_id, identity_data, last_sign_in_at)
     values ($1, $2, $3::text, $3::uuid, $4, now())`,
    [randomUUID(), provider, userId, { email_verified: false, phone_verified: false, sub: userId, ...data }],
  )
}

const without = (map: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(map).filter(([, value]) => value !== null))

/** Inserts a user with its identities; who is not confirmed yet cannot sign in. */
export async function insertUser(tx: Tx, user: NewUser): Promise<string> {
  const id = user.id ?? randomUUID()
  const providers = [user.email && 'email', user.phone && 'phone'].filter(Boolean)
  await tx.query(
    `insert into auth.users (id, aud, role, email, phone, encrypted_password, raw_app_meta_data, raw_user_meta_data)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      id,
      user.aud || 'authenticated',
      user.role || 'authenticated',
      user.email,
      user.phone ?? null,
      user.passwordHash,
      without({ provider: providers[0], providers, ...user.appMetadata }),
      user.userMetadata ?? {},
    ],
  )
  if (user.email) await insertIdentity(tx, id, 'email', { ...user.identityData, email: user.email })
  if (user.phone) await insertIdentity(tx, id, 'phone', { phone: user.phone })
  return id
}

/** Confirms the e-mail: from here on the user signs in with it. */
export async function confirmEmail(tx: Tx, id: string): Promise<void> {
  await tx.query(
    `update auth.users set confirmation_token = null, email_confirmed_at = now(), updated_at = now(),
       raw_user_meta_data = coalesce(raw_user_meta_data, '{}') || '{"email_verified": true}'
     where id = $1`,
    [id],
  )
  await tx.query(
    `update auth.identities set identity_data = identity_data || '{"email_verified": true}', updated_at = now()
     where user_id = $1 and provider = 'email'`,
    [id],
  )
}

/** Confirms the phone. */
export async function confirmPhone(tx: Tx, id: string): Promise<void> {
  await tx.query(
    'update auth.users set confirmation_token = null, phone_confirmed_at = now(), updated_at = now() where id = $1',
    [id],
  )
}

/** Bans a user for so many milliseconds from now; 0 lifts the ban. */
export async function ban(tx: Tx, id: string, milliseconds: number): Promise<void> {
  const until = milliseconds === 0 ? null : new Date(Date.now() + milliseconds)
  await tx.query('update auth.users set banned_until = $2, updated_at = now() where id = $1', [id, until])
}

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

/** POST /users. Makes a user with the given attributes, confirmed or not, and sends no mail. */
export async function createUser(
  db: AuthDatabase,
  params: UserParams,
  settings: AuthSettings,
): Promise<UserRow> {
  if (!params.email && !params.phone) {
    throw validationFailed('Cannot create a user without either an email or phone')
  }
  const email = params.email ? validEmail(params.email) : null
  const phone = params.phone ? validPhone(params.phone) : null
  const id = params.id ? validNewId(params.id) : undefined
  const banMs = params.ban_duration ? parseBan(params.ban_duration) : null
  const passwordHash = await hashOf(params, settings)

  return db.transaction('Database error creating new user', async (tx) => {
    if (email && (await isEmailTaken(tx, email))) throw emailExists()
    const userId = await insertUser(tx, {
      id,
      aud: params.aud,
      role: params.role,
      email,
      phone,
      passwordHash,
      appMetadata: params.app_metadata,
      userMetadata: params.user_metadata,
    })
    if (params.email_confirm) await confirmEmail(tx, userId)
    if (params.phone_confirm) await confirmPhone(tx, userId)
    if (banMs !== null) await ban(tx, userId, banMs)
    await audit(tx, 'user_signedup', { id: userId, email, phone })
    return lockUser(tx, userId)
  })
}

/** GET /users/:id */
export async function getUser(db: AuthDatabase, id: string): Promise<UserRow> {
  const [row] = await db.query<{ record: UserRow }>(`select ${USER} from auth.users u where u.id = $1`, [id])
  if (!row) throw userNotFound()
  return row.record
}
