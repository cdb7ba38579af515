import type { Tx } from '../database.ts'
import { findUser, type UserRow } from './users.ts'

type Json = Record<string, unknown>

// GoTrue reads these into strings, which cannot be null.
const TEXTS = [
  'confirmation_token',
  'recovery_token',
  'email_change_token_current',
  'email_change_token_new',
  'email_change',
  'phone_change',
  'phone_change_token',
  'reauthentication_token',
] as const

/** The columns of auth.users that change. */
export type UserColumn =
  | (typeof TEXTS)[number]
  | 'aud'
  | 'role'
  | 'email'
  | 'phone'
  | 'encrypted_password'
  | 'email_confirmed_at'
  | 'phone_confirmed_at'
  | 'invited_at'
  | 'confirmation_sent_at'
  | 'recovery_sent_at'
  | 'email_change_sent_at'
  | 'email_change_confirm_status'
  | 'phone_change_sent_at'
  | 'reauthentication_sent_at'
  | 'last_sign_in_at'
  | 'raw_app_meta_data'
  | 'raw_user_meta_data'
  | 'banned_until'
  | 'deleted_at'
  | 'is_anonymous'
  | 'is_sso_user'

const isText = (column: string) => (TEXTS as readonly string[]).includes(column)

/**
 * Sets columns of a user. The names are of the code, never of a request.
 * @returns the user as it is then.
 * @throws AuthError user_not_found
 */
export async function updateUser(
  tx: Tx,
  id: string,
  changes: Partial<Record<UserColumn, unknown>>,
): Promise<UserRow> {
  const columns = Object.keys(changes) as UserColumn[]
  const values = columns.map((column) => changes[column] ?? (isText(column) ? '' : null))
  const sets = columns.map((column, n) => `${column} = $${n + 2}`)
  const [, user] = await Promise.all([
    tx.query(`update auth.users set ${[...sets, 'updated_at = now()'].join(', ')} where id = $1`, [
      id,
      ...values,
    ]),
    findUser(tx, id),
  ])
  return user
}

/** Keys with null go, the others are set, what is not named stays. */
export const mergeMetadata = (current: Json | null, changes: Json): Json =>
  Object.fromEntries(Object.entries({ ...current, ...changes }).filter(([, value]) => value !== null))

/** May the user not enter for now? */
export const isBanned = ({ banned_until: until }: UserRow): boolean =>
  until !== null && Date.parse(until) > Date.now()
