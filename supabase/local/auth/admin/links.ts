import { verifyLink } from '../mail/send.ts'
import { type AuditAction, type AuthDatabase, audit, type Tx } from './database.ts'
import { emailExists, userNotFound, validationFailed } from './errors.ts'
import { type LinkParams, validEmail } from './params.ts'
import { isEmailTaken, lockUser, lockUserByEmail, type UserRow } from './records.ts'
import { assertPassword, hashPassword, oneTimeCode, tokenHash, unguessablePassword } from './secrets.ts'
import type { AuthSettings } from './settings.ts'
import { insertUser } from './users.ts'

/** A code for a user and the link that carries its hash. */
export interface IssuedLink {
  user: UserRow
  code: string
  hash: string
  actionLink: string
  redirectTo: string
  /** What the link turned out to be: a magic link for an unknown address is a sign-up. */
  type: string
}

interface LinkContext {
  settings: AuthSettings
  /** The gateway's URL. */
  publicUrl: string
}

type TokenColumn = 'confirmation' | 'recovery'

async function storeToken(tx: Tx, column: TokenColumn, id: string, hash: string): Promise<void> {
  await tx.query(
    `update auth.users set ${column}_token = $2, ${column}_sent_at = now(), updated_at = now() where id = $1`,
    [id, hash],
  )
}

async function existing(tx: Tx, email: string): Promise<UserRow> {
  const user = await lockUserByEmail(tx, email)
  if (!user) throw userNotFound('User with this email not found')
  return user
}

/** The unconfirmed user of an address, made now if there is none. */
async function unconfirmed(
  tx: Tx,
  email: string,
  params: LinkParams,
  passwordHash: string | null,
): Promise<string> {
  const user = await lockUserByEmail(tx, email)
  if (user?.email_confirmed_at) throw emailExists()
  if (!user) {
    if (await isEmailTaken(tx, email)) throw emailExists()
    return insertUser(tx, { email, passwordHash, userMetadata: params.data })
  }
  await tx.query(
    `update auth.users set raw_user_meta_data = coalesce(raw_user_meta_data, '{}') || $2::jsonb where id = $1`,
    [user.id, params.data ?? {}],
  )
  return user.id
}

async function changeEmail(tx: Tx, email: string, params: LinkParams, code: string, settings: AuthSettings) {
  const isCurrent = params.type === 'email_change_current'
  if (isCurrent && !settings.doubleConfirmChanges) {
    throw validationFailed('Enable secure email change to generate link for current email')
  }
  const newEmail = validEmail(params.new_email)
  const user = await existing(tx, email)
  if (await isEmailTaken(tx, newEmail, user.id)) throw emailExists()
  const hash = tokenHash(isCurrent ? email : newEmail, code)
  // A link for the other address of the same change stays good; one for another new address does not.
  await tx.query(
    `update auth.users set
       email_change_token_current = case when $3 then $4 when email_change = $2 then email_change_token_current end,
       email_change_token_new = case when not $3 then $4 when email_change = $2 then email_change_token_new end,
       email_change = $2, email_change_sent_at = now(), email_change_confirm_status = 0, updated_at = now()
     where id = $1`,
    [user.id, newEmail, isCurrent, hash],
  )
  return { id: user.id, hash }
}

async function issue(
  tx: Tx,
  type: string,
  email: string,
  params: LinkParams,
  password: string | null,
  context: LinkContext,
) {
  const code = oneTimeCode(context.settings.otpLength)
  const hash = tokenHash(email, code)
  let id: string
  let action: AuditAction = 'user_confirmation_requested'
  switch (type) {
    case 'magiclink':
    case 'recovery':
      id = (await existing(tx, email)).id
      await storeToken(tx, 'recovery', id, hash)
      action = 'user_recovery_requested'
      break
    case 'signup':
      id = await unconfirmed(tx, email, params, password)
      await storeToken(tx, 'confirmation', id, hash)
      break
    case 'invite':
      id = await unconfirmed(tx, email, params, null)
      await storeToken(tx, 'confirmation', id, hash)
      await tx.query('update auth.users set invited_at = now() where id = $1', [id])
      action = 'user_invited'
      break
    case 'email_change_current':
    case 'email_change_new': {
      const change = await changeEmail(tx, email, params, code, context.settings)
      await audit(tx, 'user_modified', { id: change.id, email, phone: null })
      return { ...change, code }
    }
    default:
      throw validationFailed(`Invalid email action link type requested: ${type}`)
  }
  await audit(tx, action, { id, email, phone: null })
  return { id, code, hash }
}

/**
 * Makes the code and the link of a mail, and the user where the type makes one.
 * `/auth/v1/verify` judges `redirect_to` again when the link is followed, by the allowed URLs of config.toml.
 * @param deliver sends the mail; when it fails, nothing has been made.
 */
export async function generateLink(
  db: AuthDatabase,
  params: LinkParams,
  context: LinkContext,
  deliver: (link: IssuedLink) => Promise<void> = async () => {},
): Promise<IssuedLink> {
  const email = validEmail(params.email)
  let { type } = params
  let password = params.password
  if (type === 'magiclink') {
    const known = await db.query('select 1 from auth.users where email = $1 and not is_sso_user', [email])
    if (!known.length) [type, password] = ['signup', unguessablePassword()]
  }
  let passwordHash: string | null = null
  if (type === 'signup') {
    if (!password) throw validationFailed('Signup requires a valid password')
    assertPassword(password, context.settings)
    passwordHash = await hashPassword(password)
  }
  return db.transaction('Database error generating link', async (tx) => {
    const { id, code, hash } = await issue(tx, type, email, params, passwordHash, context)
    const redirectTo = params.redirect_to || context.settings.siteUrl
    const linkType = type.startsWith('email_change') ? 'email_change' : type
    const actionLink = verifyLink(context.publicUrl, hash, linkType, redirectTo)
    const link = { user: await lockUser(tx, id), code, hash, actionLink, redirectTo, type }
    await deliver(link)
    return link
  })
}
