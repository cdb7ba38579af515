import { AuthError } from '../admin/errors.ts'
import type { Tx } from '../database.ts'
import { updateUser } from '../records/change-user.ts'
import { clearOneTimeTokens } from '../records/one-time-tokens.ts'
import { findUserByEmail, lockUser } from '../records/users.ts'

interface Named {
  id: string
  email: string | null
  is_verified: boolean
}

/** Codes on their way, and changes that wait for them, were asked for by whoever the address was. */
export async function clearPending(tx: Tx, id: string): Promise<void> {
  await updateUser(tx, id, {
    confirmation_token: null,
    confirmation_sent_at: null,
    recovery_token: null,
    recovery_sent_at: null,
    email_change: null,
    email_change_token_current: null,
    email_change_token_new: null,
    email_change_sent_at: null,
    email_change_confirm_status: 0,
    phone_change: null,
    phone_change_token: null,
    phone_change_sent_at: null,
    reauthentication_token: null,
    reauthentication_sent_at: null,
  })
  await clearOneTimeTokens(tx, id)
}

/** The identity whose address the user is to have: verified ones first, then the oldest. */
async function firstFree(tx: Tx, identities: Named[]): Promise<Named | null> {
  for (const identity of identities)
    if (!identity.email || !(await findUserByEmail(tx, identity.email))) return identity
  return null
}

/**
 * Gives a user the address of one of its identities, unless it has that of one already. An address that nobody has
 * verified is not confirmed by this.
 * @param autoconfirm where sign-up asks nobody to confirm.
 * @throws AuthError email_conflict_identity_not_deletable where all of them are other people's.
 */
export async function takeEmailOfIdentity(tx: Tx, userId: string, autoconfirm: boolean): Promise<void> {
  const user = await lockUser(tx, userId)
  const { rows } = await tx.query<Named>(
    `select id, email, coalesce(identity_data -> 'email_verified' = 'true', false) as is_verified
     from auth.identities where user_id = $1
     order by case when coalesce(email, '') = '' then 2 when identity_data -> 'email_verified' = 'true' then 0
       else 1 end, created_at, id`,
    [userId],
  )
  if (rows.some(({ email }) => (email ?? '') === (user.email ?? ''))) return
  const chosen = await firstFree(tx, rows)
  if (!chosen)
    throw new AuthError(
      422,
      'email_conflict_identity_not_deletable',
      'Unable to unlink identity due to email conflict',
    )
  await updateUser(tx, userId, { email: chosen.email || null })
  await clearPending(tx, userId)
  if (chosen.email && (chosen.is_verified || autoconfirm)) return
  await updateUser(tx, userId, {
    email_confirmed_at: null,
    raw_user_meta_data: { ...user.raw_user_meta_data, email_verified: false },
  })
}
