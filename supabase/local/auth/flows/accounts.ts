import { randomUUID } from 'node:crypto'
import type { Tx } from '../database.ts'
import { mergeMetadata, updateUser } from '../records/change-user.ts'
import { findIdentity, insertIdentity, updateIdentityData } from '../records/identities.ts'
import { clearOneTimeTokens } from '../records/one-time-tokens.ts'
import { insertUser, type UserRow } from '../records/users.ts'
import { metadataOf } from './strangers.ts'

interface NewAccount {
  email: string
  /** bcrypt; null for who signs in by mail. */
  passwordHash: string | null
  /** What the app says of the person. */
  data: Record<string, unknown>
}

/** Makes the account of an address, which is not confirmed yet, with the identity by which it signs in. */
export async function insertAccount(tx: Tx, { email, passwordHash, data }: NewAccount): Promise<UserRow> {
  const id = randomUUID()
  const userMetadata = metadataOf(id, { email, data })
  const user = await insertUser(tx, {
    id,
    email,
    passwordHash,
    appMetadata: { provider: 'email', providers: ['email'] },
    userMetadata,
  })
  await insertIdentity(tx, id, 'email', userMetadata)
  return user
}

/**
 * Confirms the address of an account; every code that it was sent is worth nothing from here on.
 * @param isProven its owner has read what was sent there.
 */
export async function confirmEmail(tx: Tx, user: UserRow, isProven = true): Promise<UserRow> {
  await clearOneTimeTokens(tx, user.id)
  const identity = isProven ? await findIdentity(tx, 'email', user.id) : null
  if (identity && identity.email === user.email)
    await updateIdentityData(tx, identity.id, { email_verified: true })
  return updateUser(tx, user.id, {
    confirmation_token: '',
    email_confirmed_at: new Date(),
    raw_user_meta_data: mergeMetadata(user.raw_user_meta_data, { email_verified: true }),
  })
}

/**
 * Gives an account the address that it asked for.
 * @param isProven the address has agreed.
 */
export async function changeEmail(tx: Tx, user: UserRow, email: string, isProven: boolean): Promise<UserRow> {
  const identity = await findIdentity(tx, 'email', user.id)
  const data = { email, email_verified: isProven }
  if (identity) await updateIdentityData(tx, identity.id, data)
  else await insertIdentity(tx, user.id, 'email', { sub: user.id, phone_verified: false, ...data })
  await clearOneTimeTokens(tx, user.id)
  const changed = await updateUser(tx, user.id, {
    email,
    email_change: '',
    email_change_token_current: '',
    email_change_token_new: '',
    email_change_confirm_status: 0,
    is_anonymous: false,
  })
  return changed.email_confirmed_at ? changed : confirmEmail(tx, changed, isProven)
}
