import { randomUUID } from 'node:crypto'
import { userNotFound } from '../admin/errors.ts'
import type { Queryable, Tx } from '../database.ts'

type Json = Record<string, unknown>

/** A row of auth.users as `to_jsonb` gives it, with its identities and factors; only what is read here is named. */
export interface UserRow extends Json {
  id: string
  aud: string | null
  role: string | null
  email: string | null
  phone: string | null
  email_confirmed_at: string | null
  phone_confirmed_at: string | null
  encrypted_password: string | null
  raw_app_meta_data: Json | null
  raw_user_meta_data: Json | null
  banned_until: string | null
  deleted_at: string | null
  is_anonymous: boolean
  is_sso_user: boolean
  identities: Json[]
  factors: Json[]
}

/** GoTrue asks for it in every query. */
export const NIL_UUID = '00000000-0000-0000-0000-000000000000'

/** The columns of a user as one JSON object `record`. */
export const USER = `
  to_jsonb(u) || jsonb_build_object(
    'identities', coalesce(
      (select jsonb_agg(i order by i.created_at, i.id) from auth.identities i where i.user_id = u.id), '[]'),
    'factors', coalesce(
      (select jsonb_agg(f order by f.created_at, f.id) from auth.mfa_factors f where f.user_id = u.id), '[]')
  ) as record`

const one = async (db: Queryable, condition: string, value: string): Promise<UserRow | null> => {
  const { rows } = await db.query<{ record: UserRow }>(
    `select ${USER} from auth.users u where ${condition}`,
    [value],
  )
  return rows[0]?.record ?? null
}

const BY_ID = 'u.id = $1'
const BY_EMAIL = 'u.email = $1 and not u.is_sso_user'

/** The account of an address in lower case, not locked: a server of mail that is slow must not hold up its sign-ins. */
export const findUserByEmail = (db: Queryable, email: string) => one(db, BY_EMAIL, email)

/** The account of an id, not locked either. @throws AuthError user_not_found */
export async function findUser(db: Queryable, id: string): Promise<UserRow> {
  const user = await one(db, BY_ID, id)
  if (!user) throw userNotFound()
  return user
}

// What is read beside a lock may be older than what the lock waited for: the row is locked first, and read after.
const lockBy = (tx: Tx, condition: string, value: string) =>
  tx.query<{ id: string }>(`select u.id from auth.users u where ${condition} for update`, [value])

/**
 * The user, locked until the end of the transaction.
 * @throws AuthError user_not_found
 */
export async function lockUser(tx: Tx, id: string): Promise<UserRow> {
  const [, user] = await Promise.all([lockBy(tx, BY_ID, id), findUser(tx, id)])
  return user
}

/** The account of an address, locked likewise. */
export async function lockUserByEmail(tx: Tx, email: string): Promise<UserRow | null> {
  const { rows } = await lockBy(tx, BY_EMAIL, email)
  return rows[0] ? one(tx, BY_ID, rows[0].id) : null
}

/** Is the address another user's, as e-mail or through one of its identities? */
export async function isEmailTaken(
  db: Queryable,
  email: string,
  exceptId: string | null = null,
): Promise<boolean> {
  const { rows } = await db.query(
    `select 1 from auth.users where email = $1 and not is_sso_user and id is distinct from $2
     union all
     select 1 from auth.identities where email = $1 and user_id is distinct from $2 and provider not like 'sso:%'
     limit 1`,
    [email, exceptId],
  )
  return rows.length > 0
}

/** Is the number another user's? */
export async function isPhoneTaken(
  db: Queryable,
  phone: string,
  exceptId: string | null = null,
): Promise<boolean> {
  const { rows } = await db.query(
    'select 1 from auth.users where phone = $1 and not is_sso_user and id is distinct from $2',
    [phone, exceptId],
  )
  return rows.length > 0
}

export interface NewUser {
  id?: string | undefined
  aud?: string | undefined
  role?: string | undefined
  email?: string | null | undefined
  phone?: string | null | undefined
  /** bcrypt; none for a user without a password. */
  passwordHash?: string | null | undefined
  appMetadata?: Json | null | undefined
  userMetadata?: Json | null | undefined
  isAnonymous?: boolean | undefined
}

const withoutNulls = (map: Json) =>
  Object.fromEntries(Object.entries(map).filter(([, value]) => value !== null))

/** Inserts a user without identities; who is not confirmed yet cannot sign in. */
export async function insertUser(tx: Tx, user: NewUser): Promise<UserRow> {
  const id = user.id ?? randomUUID()
  const providers = [user.email && 'email', user.phone && 'phone'].filter(Boolean)
  const own = providers.length ? { provider: providers[0], providers } : {}
  // GoTrue reads these texts into strings, which cannot be null.
  await tx.query(
    `insert into auth.users (instance_id, id, aud, role, email, phone, encrypted_password, raw_app_meta_data,
       raw_user_meta_data, is_anonymous, confirmation_token, recovery_token, email_change, email_change_token_new,
       email_change_token_current, phone_change, phone_change_token, reauthentication_token, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', '', '', '', '', '', '', '', now(), now())`,
    [
      NIL_UUID,
      id,
      user.aud || 'authenticated',
      user.role || 'authenticated',
      user.email || null,
      user.phone || null,
      user.passwordHash ?? '',
      withoutNulls({ ...own, ...user.appMetadata }),
      user.userMetadata ?? {},
      user.isAnonymous ?? false,
    ],
  )
  return findUser(tx, id)
}
