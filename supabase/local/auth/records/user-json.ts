import type { UserRow } from './users.ts'

type Json = Record<string, unknown>

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

/** Postgres writes the offset of UTC as +00:00, Go as Z; the SDKs of Kotlin and Swift are used to the latter. */
export const time = (value: unknown) => (typeof value === 'string' ? value.replace(/\+00:00$/, 'Z') : value)

function when(row: Json, columns: [string, string][]): Json {
  return Object.fromEntries(
    columns.filter(([column]) => row[column]).map(([column, key]) => [key, time(row[column])]),
  )
}

/** An identity as GoTrue shows it. */
export function identityJson(row: Json): Json {
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

/** A factor as GoTrue shows it: without its secret. */
export function factorJson(row: Json): Json {
  return {
    id: row.id,
    created_at: time(row.created_at),
    updated_at: time(row.updated_at),
    status: row.status,
    ...(row.friendly_name ? { friendly_name: row.friendly_name } : {}),
    factor_type: row.factor_type,
    phone: row.phone ?? '',
    last_challenged_at: time(row.last_challenged_at ?? null),
  }
}

/** A user as GoTrue shows it, to itself as to an admin: no hash, no token. */
export function userJson(row: UserRow): Json {
  return {
    id: row.id,
    aud: row.aud ?? '',
    role: row.role ?? '',
    email: row.email ?? '',
    ...when(row, [
      ['email_confirmed_at', 'email_confirmed_at'],
      ['invited_at', 'invited_at'],
    ]),
    phone: row.phone ?? '',
    ...when(row, [['phone_confirmed_at', 'phone_confirmed_at'], ...SHOWN_WHEN_SET]),
    app_metadata: row.raw_app_meta_data ?? {},
    user_metadata: row.raw_user_meta_data ?? {},
    ...(row.factors.length ? { factors: row.factors.map(factorJson) } : {}),
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
