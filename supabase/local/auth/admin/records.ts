import type { Tx } from './database.ts'
import { userNotFound } from './errors.ts'

type Json = Record<string, unknown>

/** A row of auth.users as `to_jsonb` gives it, with its identities; only what is read here is named. */
export interface UserRow extends Json {
  id: string
  email: string | null
  phone: string | null
  email_confirmed_at: string | null
  encrypted_password: string | null
  raw_app_meta_data: Json | null
  raw_user_meta_data: Json | null
  deleted_at: string | null
  identities: Json[]
}

/** The columns of a user as one JSON object `record`. */
export const USER = `
  to_jsonb(u) || jsonb_build_object('identities', coalesce(
    (select jsonb_agg(i order by i.created_at, i.id) from auth.identities i where i.user_id = u.id), '[]'
  )) as record`

/**
 * The user, locked until the end of the transaction.
 * @throws AuthError user_not_found
 */
export async function lockUser(tx: Tx, id: string): Promise<UserRow> {
  const { rows } = await tx.query(`select ${USER} from auth.users u where u.id = $1 for update of u`, [id])
  if (!rows[0]) throw userNotFound()
  return rows[0].record
}

export async function lockUserByEmail(tx: Tx, email: string): Promise<UserRow | null> {
  const { rows } = await tx.query(
    `select ${USER} from auth.users u where u.email = $1 and not u.is_sso_user for update of u`,
    [email],
  )
  return rows[0]?.record ?? null
}

/** Is the address another user's, as e-mail or through one of its identities? */
export async function isEmailTaken(tx: Tx, email: string, exceptId: string | null = null): Promise<boolean> {
  const { rows } = await tx.query(
    `select 1 from auth.users where email = $1 and not is_sso_user and id is distinct from $2
     union all
     select 1 from auth.identities where email = $1 and user_id is distinct from $2 and provider not like 'sso:%'
     limit 1`,
    [email, exceptId],
  )
  return rows.length > 0
}

const SHOWN_WHEN_SET: [column: string, key: string][] = [
  ['confirmation_sent_at', 'confirmation_sent_at'],
  ['confirmed_at', 'confirmed_at'],
  ['recovery_sent_at', 'recovery_sent_at'],
  ['email_change', 'new_email'],
  ['email_change_sent_at', 'email_change_sent_at'],
  ['phone_change', 'new_phone'],
  ['phone_change_sent_at', 'phone_change_sent_at'],
  ['reauthentication_sent_at', 'reauthentication_sent_at'],
  ['last_sign_in_at', 'last_sign_in_at'],
]

// Postgres writes the offset of UTC as +00:00, Go as Z; the SDKs of Kotlin and Swift are used to the latter.
const time = (value: unknown) => (typeof value === 'string' ? value.replace(/\+00:00$/, 'Z') : value)

function when(row: Json, columns: [string, string][]): Json {
  return Object.fromEntries(
    columns.filter(([column]) => row[column]).map(([column, key]) => [key, time(row[column])]),
  )
}

function identityJson(row: Json): Json {
  return {
    identity_id: row.id,
    id: row.provider_id,
    user_id: row.user_id,
    identity_data: row.identity_data,
    provider: row.provider,
    ...when(row, [['last_sign_in_at', 'last_sign_in_at']]),
    created_at: time(row.created_at),
    updated_at: time(row.updated_at),
    ...(row.email ? { email: row.email } : {}),
  }
}

/** A user as GoTrue shows it to an admin: no hash, no token. */
export function userJson(row: UserRow): Json {
  return {
    id: row.id,
    aud: row.aud,
    role: row.role,
    email: row.email ?? '',
    ...when(row, [
      ['email_confirmed_at', 'email_confirmed_at'],
      ['invited_at', 'invited_at'],
    ]),
    phone: row.phone ?? '',
    ...when(row, [['phone_confirmed_at', 'phone_confirmed_at'], ...SHOWN_WHEN_SET]),
    app_metadata: row.raw_app_meta_data ?? {},
    user_metadata: row.raw_user_meta_data ?? {},
    identities: row.identities.map(identityJson),
    created_at: time(row.created_at),
    updated_at: time(row.updated_at),
    ...when(row, [
      ['banned_until', 'banned_until'],
      ['deleted_at', 'deleted_at'],
    ]),
    is_anonymous: row.is_anonymous,
  }
}
