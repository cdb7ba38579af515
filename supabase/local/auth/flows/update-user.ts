import { AuthError, emailExists } from '../admin/errors.ts'
import { validEmail, validPhone } from '../admin/params.ts'
import { assertPassword, hashPassword } from '../admin/secrets.ts'
import { type Caller, requireCaller } from '../caller.ts'
import { type AuthContext, type Call, json } from '../context.ts'
import type { Tx } from '../database.ts'
import { isPassword } from '../hashing.ts'
import { audit } from '../records/audit.ts'
import { mergeMetadata, updateUser as writeUser } from '../records/change-user.ts'
import { endFlowsOf } from '../records/flow-state.ts'
import { clearOneTimeTokens } from '../records/one-time-tokens.ts'
import { endSessions } from '../records/sessions.ts'
import { userJson } from '../records/user-json.ts'
import { findUser, isEmailTaken, lockUser, type UserRow } from '../records/users.ts'
import { changeEmail } from './accounts.ts'
import { mailEmailChange } from './codes.ts'
import { dataOf, phoneDisabled, textOf, wishOf } from './fields.ts'
import { takeNonce } from './reauthenticate.ts'

const RECENT_MS = 24 * 3600_000

const samePassword = () =>
  new AuthError(422, 'same_password', 'New password should be different from the old password.')

/** What is to change; null stays as it is. */
interface Changes {
  email: string | null
  password: string | null
  nonce: string
  data: Record<string, unknown> | null
}

function changesOf({ body }: Call, { settings }: AuthContext): Changes {
  const email = textOf(body, 'email')
  const password = body.password == null ? null : textOf(body, 'password')
  const changes = {
    email: email ? validEmail(email) : null,
    password,
    nonce: textOf(body, 'nonce'),
    // With what is null: it goes.
    data: dataOf(body) && body.data == null ? null : (body.data as Record<string, unknown>),
  }
  const phone = textOf(body, 'phone')
  if (phone && validPhone(phone)) throw phoneDisabled('Unsupported phone provider')
  if (password !== null) assertPassword(password, settings)
  if (body.app_metadata != null)
    throw new AuthError(403, 'not_admin', 'Updating app_metadata requires admin privileges')
  return changes
}

/** @throws AuthError where this account, or this session of it, may not change that. */
function assertMay({ user, session }: Caller, { email, password, nonce }: Changes): void {
  const isMoving = password !== null || (email !== null && email !== user.email)
  const hasFactor = user.factors.some(({ status }) => status === 'verified')
  if (isMoving && hasFactor && session?.aal !== 'aal2')
    throw new AuthError(
      401,
      'insufficient_aal',
      'AAL2 session is required to update email or password when MFA is enabled.',
    )
  if (user.is_anonymous && password !== null && email === null)
    throw new AuthError(
      422,
      'validation_failed',
      'Updating password of an anonymous user without an email or phone is not allowed',
    )
  if (user.is_sso_user && (isMoving || nonce))
    throw new AuthError(
      422,
      'user_sso_managed',
      'Updating email, phone, password of a SSO account only possible via SSO',
    )
}

/** Who changes a password may no longer trust what the old one did: codes on their way and other sessions end. */
async function setPassword(tx: Tx, user: UserRow, hash: string, keep: string | null): Promise<UserRow> {
  const changed = await writeUser(tx, user.id, {
    encrypted_password: hash,
    confirmation_token: '',
    confirmation_sent_at: null,
    recovery_token: '',
    recovery_sent_at: null,
    email_change_token_current: '',
    email_change_token_new: '',
    email_change_sent_at: null,
    phone_change_token: '',
    phone_change_sent_at: null,
    reauthentication_token: '',
    reauthentication_sent_at: null,
  })
  await clearOneTimeTokens(tx, user.id)
  await endSessions(tx, user.id, keep ? { except: keep } : {})
  await endFlowsOf(tx, user.id)
  await audit(tx, 'user_updated_password', user)
  return changed
}

/** PUT /user: who is signed in changes its own account; everything changes or nothing does. */
export function updateUser(context: AuthContext) {
  const { db, mailDb, settings } = context

  /** @throws AuthError reauthentication_needed, reauthentication_not_valid */
  async function assertItself(tx: Tx, user: UserRow, { session }: Caller, nonce: string): Promise<void> {
    if (!settings.securePasswordChange) return
    if (session && Date.parse(String(session.created_at)) + RECENT_MS > Date.now()) return
    if (!nonce)
      throw new AuthError(400, 'reauthentication_needed', 'Password update requires reauthentication')
    await takeNonce(tx, user, nonce, settings)
  }

  return async (call: Call): Promise<Response> => {
    const caller = await requireCaller(context, call)
    const changes = changesOf(call, context)
    const wish = wishOf(call, context)
    assertMay(caller, changes)
    const { id, encrypted_password: oldHash } = caller.user
    const email = changes.email === caller.user.email ? null : changes.email
    if (email !== null && (await isEmailTaken(db.pool, email, id))) throw emailExists()
    if (changes.password !== null && (await isPassword(changes.password, oldHash))) throw samePassword()
    const hash = changes.password === null ? null : await hashPassword(changes.password)
    // Nobody is asked to confirm an address where sign-up asks nobody, and this is one.
    const isPromoted = caller.user.is_anonymous && !settings.enableConfirmations

    // Only what waits for a server of mail is done by the connections that do.
    const pool = email !== null && !isPromoted ? mailDb : db
    const user = await pool.transaction('Error updating user', async (tx) => {
      // Before anything of the account is locked.
      const note =
        email !== null && !isPromoted
          ? await mailEmailChange(tx, await findUser(tx, id), email, wish, context)
          : null
      let now = await lockUser(tx, id)
      if (hash !== null) {
        // Another has changed it meanwhile: what was compared is not what would be replaced.
        if (now.encrypted_password !== oldHash) throw new AuthError(409, 'conflict', 'User has changed')
        await assertItself(tx, now, caller, changes.nonce)
        now = await setPassword(tx, now, hash, caller.session?.id ?? null)
      }
      if (changes.data)
        await writeUser(tx, id, {
          raw_user_meta_data: mergeMetadata(now.raw_user_meta_data, changes.data),
        })
      if (email !== null && isPromoted) {
        if (await isEmailTaken(tx, email, id)) throw emailExists()
        await changeEmail(tx, await findUser(tx, id), email, false)
      }
      await note?.()
      await audit(tx, 'user_modified', now)
      return findUser(tx, id)
    })
    return json(userJson(user))
  }
}
