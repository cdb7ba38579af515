import { AuthError, unexpectedFailure } from '../admin/errors.ts'
import { confirmEmail } from '../admin/users.ts'
import type { AuthContext, Call } from '../context.ts'
import { CommitError, type Tx } from '../database.ts'
import { clearPending } from '../identities/emails.ts'
import { askToConfirm } from '../identities/link.ts'
import { audit } from '../records/audit.ts'
import { isBanned, mergeMetadata, updateUser } from '../records/change-user.ts'
import { endFlowsOf } from '../records/flow-state.ts'
import { findIdentity, type IdentityRow, insertIdentity, refreshProviders } from '../records/identities.ts'
import { endSessions } from '../records/sessions.ts'
import { insertUser, isEmailTaken, lockUser, type UserRow } from '../records/users.ts'
import { identityDataOf, type Profile } from './profile.ts'
import type { ProviderSettings } from './settings.ts'

/**
 * Whose account the addresses of a profile are, as accounts or through an identity that has proved to be theirs.
 * @returns its id; null where it is nobody's.
 * @throws AuthError where they are of several.
 */
async function ownerOf(tx: Tx, emails: string[]): Promise<string | null> {
  const { rows } = await tx.query<{ id: string }>(
    `select user_id as id from auth.identities
     where email = any ($1) and provider not like 'sso:%' and identity_data -> 'email_verified' = 'true'
     union select id from auth.users where email = any ($1) and not is_sso_user`,
    [emails],
  )
  if (rows.length > 1)
    throw unexpectedFailure(
      'Multiple accounts with the same email address in the same linking domain detected: default',
    )
  return rows[0]?.id ?? null
}

/**
 * Has somebody shown that these addresses are of whoever the account belongs to, before this identity came? Where
 * sign-up asks nobody to confirm, an account is confirmed all the same.
 */
async function isProven(tx: Tx, userId: string, emails: string[], identity: IdentityRow): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select from auth.identities
     where user_id = $1 and id <> $2 and email = any ($3) and identity_data -> 'email_verified' = 'true' limit 1`,
    [userId, identity.id, emails],
  )
  return Boolean(rowCount)
}

/** Adds the identity to the account that has a verified address of it, or to one made now. */
async function place(tx: Tx, context: AuthContext, call: Call, name: string, profile: Profile) {
  const { settings } = context
  const data = identityDataOf(profile)
  // Also where sign-up confirms by itself, and GoTrue takes the provider's word for what it is not sure of: whoever
  // writes somebody's address into an account of theirs there would have the one here.
  const owner = await ownerOf(tx, profile.verifiedEmails)
  if (owner) {
    const user = await lockUser(tx, owner)
    const identity = await insertIdentity(tx, owner, name, data)
    await updateUser(tx, owner, { raw_user_meta_data: mergeMetadata(user.raw_user_meta_data, data) })
    await refreshProviders(tx, owner)
    const traits = { identity_id: identity.id, provider: name, provider_id: profile.sub }
    await audit(tx, 'identity_linked', user, { traits, ip: call.ip })
    if (!(await isProven(tx, owner, profile.verifiedEmails, identity))) {
      await dropUnconfirmed(tx, owner, identity)
      // A mail that the stranger asked for would change the address.
      await clearPending(tx, owner)
    }
    return { userId: owner, identity }
  }
  if (!settings.enableSignup)
    throw new AuthError(422, 'signup_disabled', 'Signups not allowed for this instance')
  // Somebody's own address, of which this provider is not sure, does not become a second account's.
  const address = profile.email?.address ?? null
  const email = address && (await isEmailTaken(tx, address)) ? null : address
  const user = await insertUser(tx, {
    email,
    appMetadata: { provider: name, providers: [name] },
    userMetadata: data,
  })
  return { userId: user.id, identity: await insertIdentity(tx, user.id, name, data) }
}

/** The account that has the identity already; what the provider tells of it is brought up to date. */
async function refresh(tx: Tx, identity: IdentityRow, profile: Profile): Promise<void> {
  const data = identityDataOf(profile)
  const user = await lockUser(tx, identity.user_id)
  await tx.query(
    `update auth.identities set identity_data = $2, last_sign_in_at = now(), updated_at = now() where id = $1`,
    [identity.id, data],
  )
  await updateUser(tx, user.id, { raw_user_meta_data: mergeMetadata(user.raw_user_meta_data, data) })
  await refreshProviders(tx, user.id)
}

/**
 * Leaves of an account that nobody has confirmed nothing but this identity: whoever made it with a password may not be
 * whose address it is.
 */
export async function dropUnconfirmed(tx: Tx, userId: string, identity: IdentityRow): Promise<void> {
  await tx.query('delete from auth.identities where user_id = $1 and id <> $2', [userId, identity.id])
  const { rows } = await tx.query('select identity_data from auth.identities where id = $1', [identity.id])
  // Who had it before may still be in it, and would be asked for the second factor in the owner's place.
  await endSessions(tx, userId)
  await endFlowsOf(tx, userId)
  await tx.query('delete from auth.mfa_factors where user_id = $1', [userId])
  // No key and no telephone of anybody: a real GoTrue lets people in by them.
  await tx.query('delete from auth.webauthn_credentials where user_id = $1', [userId])
  await updateUser(tx, userId, {
    encrypted_password: null,
    phone: null,
    phone_confirmed_at: null,
    raw_user_meta_data: rows[0]!.identity_data,
  })
  await refreshProviders(tx, userId)
}

/** Nobody has confirmed the address yet. @throws CommitError unless the provider's word is enough. */
async function confirm(
  tx: Tx,
  context: AuthContext,
  call: Call,
  user: UserRow,
  name: string,
  isVerified: boolean,
) {
  if (isVerified || !context.settings.enableConfirmations) {
    await audit(tx, 'user_signedup', user, { traits: { provider: name } })
    return confirmEmail(tx, user.id)
  }
  if (user.email) await askToConfirm(tx, context, call, user.id)
  const next = user.email
    ? `A confirmation email has been sent to your ${name} email`
    : `Verify the email with ${name} in order to sign in`
  throw new CommitError(
    new AuthError(422, 'provider_email_needs_verification', `Unverified email with ${name}. ${next}`),
  )
}

/**
 * The account of whoever a provider has signed in, made now if there is none.
 * @returns its id.
 * @throws AuthError signup_disabled, user_banned; CommitError where the address has to be confirmed first.
 */
export async function accountOf(
  tx: Tx,
  context: AuthContext,
  call: Call,
  { name, isEmailOptional }: Pick<ProviderSettings, 'name' | 'isEmailOptional'>,
  profile: Profile,
): Promise<string> {
  const known = await findIdentity(tx, name, profile.sub)
  if (known) await refresh(tx, known, profile)
  const { userId, identity } = known
    ? { userId: known.user_id, identity: known }
    : await place(tx, context, call, name, profile)
  const user = await lockUser(tx, userId)
  if (isBanned(user)) throw new AuthError(403, 'user_banned', 'User is banned')
  const needsEmail = !(isEmailOptional && !user.email)
  if (needsEmail && !user.email_confirmed_at) {
    await dropUnconfirmed(tx, userId, identity)
    // The provider's word is on its own address, which is not always the account's.
    const isVerified = user.email !== null && profile.verifiedEmails.includes(user.email)
    await confirm(tx, context, call, user, name, isVerified)
  } else await audit(tx, 'login', user, { traits: { provider: name } })
  return userId
}
