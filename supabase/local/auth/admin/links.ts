import { type AuthContext, type Call, json, type Route } from '../context.ts'
import type { AuthDatabase, Tx } from '../database.ts'
import { redirectOf } from '../mail/redirect.ts'
import { verifyLink } from '../mail/send.ts'
import { type AuditAction, audit, SERVICE_ROLE } from '../records/audit.ts'
import { mergeMetadata, updateUser } from '../records/change-user.ts'
import { insertIdentity } from '../records/identities.ts'
import { type OneTimeTokenType, setOneTimeToken } from '../records/one-time-tokens.ts'
import { userJson } from '../records/user-json.ts'
import {
  findUserByEmail,
  insertUser,
  isEmailTaken,
  lockUser,
  lockUserByEmail,
  type UserRow,
} from '../records/users.ts'
import { emailExists, userNotFound, validationFailed } from './errors.ts'
import { LinkParams, parseParams, validEmail } from './params.ts'
import { assertPassword, hashPassword, oneTimeCode, tokenHash, unguessablePassword } from './secrets.ts'
import { traitsOf } from './users.ts'

/** A code for a user and the link that carries its hash. */
export interface IssuedLink {
  user: UserRow
  code: string
  hash: string
  actionLink: string
  /** What the link turned out to be: a magic link for an unknown address is a sign-up. */
  type: string
}

/** What is asked for, checked. */
interface Wanted {
  type: string
  email: string
  newEmail: string | null
  data: Record<string, unknown> | null | undefined
  passwordHash: string | null
}

/** Where the links of a call lead: `redirect_to` of its body, else of its query, where they may. */
export function redirectFor({ request, url }: Call, wanted: string, { settings }: AuthContext): string {
  const asked = new URL(url)
  if (wanted) asked.searchParams.set('redirect_to', wanted)
  const referer = request.headers.get('referer') ?? ''
  return redirectOf(new Request(asked, { headers: { referer } }), settings)
}

async function existing(tx: Tx, email: string): Promise<UserRow> {
  const user = await lockUserByEmail(tx, email)
  if (!user) throw userNotFound('User with this email not found')
  return user
}

/** The unconfirmed user of an address, made now if there is none. */
async function unconfirmed(tx: Tx, { type, email, data, passwordHash }: Wanted): Promise<UserRow> {
  const user = await lockUserByEmail(tx, email)
  if (user?.email_confirmed_at) throw emailExists()
  if (user) {
    if (type === 'invite' || !data) return user
    return updateUser(tx, user.id, { raw_user_meta_data: mergeMetadata(user.raw_user_meta_data, data) })
  }
  if (await isEmailTaken(tx, email)) throw emailExists()
  const made = await insertUser(tx, { email, passwordHash, userMetadata: data })
  await insertIdentity(tx, made.id, 'email', { email })
  return made
}

async function store(tx: Tx, user: UserRow, column: 'confirmation' | 'recovery', hash: string, more = {}) {
  await updateUser(tx, user.id, {
    [`${column}_token`]: hash,
    [`${column}_sent_at`]: new Date(),
    ...more,
  })
  await setOneTimeToken(tx, user.id, `${column}_token`, user.email ?? '', hash)
}

/** A link for the other address of the same change stays good; one for another new address does not. */
async function changeEmail(tx: Tx, wanted: Wanted, newEmail: string, hash: string): Promise<UserRow> {
  const user = await existing(tx, wanted.email)
  if (await isEmailTaken(tx, newEmail, user.id)) throw emailExists()
  const isCurrent = wanted.type === 'email_change_current'
  const mine: OneTimeTokenType = isCurrent ? 'email_change_token_current' : 'email_change_token_new'
  const other = isCurrent ? 'email_change_token_new' : 'email_change_token_current'
  const isAnother = user.email_change !== newEmail
  if (isAnother)
    await tx.query('delete from auth.one_time_tokens where user_id = $1 and token_type = $2', [
      user.id,
      other,
    ])
  await updateUser(tx, user.id, {
    [mine]: hash,
    ...(isAnother && { [other]: null }),
    email_change: newEmail,
    email_change_sent_at: new Date(),
    email_change_confirm_status: 0,
  })
  await setOneTimeToken(tx, user.id, mine, isCurrent ? wanted.email : newEmail, hash)
  return user
}

async function issue(tx: Tx, wanted: Wanted, hash: string): Promise<{ user: UserRow; action: AuditAction }> {
  switch (wanted.type) {
    case 'magiclink':
    case 'recovery': {
      const user = await existing(tx, wanted.email)
      await store(tx, user, 'recovery', hash)
      return { user, action: 'user_recovery_requested' }
    }
    case 'signup': {
      const user = await unconfirmed(tx, wanted)
      await store(tx, user, 'confirmation', hash)
      return { user, action: 'user_confirmation_requested' }
    }
    case 'invite': {
      const user = await unconfirmed(tx, wanted)
      await store(tx, user, 'confirmation', hash, { invited_at: new Date() })
      return { user, action: 'user_invited' }
    }
    default:
      return { user: await changeEmail(tx, wanted, wanted.newEmail!, hash), action: 'user_modified' }
  }
}

const TYPES = ['magiclink', 'recovery', 'signup', 'invite', 'email_change_current', 'email_change_new']

/** What is asked for; a magic link of an address that has no account signs it up. @throws AuthError */
async function readWanted(params: LinkParams, { db, settings }: AuthContext): Promise<Wanted> {
  const email = validEmail(params.email)
  let { type, password } = params
  if (!TYPES.includes(type))
    throw validationFailed(`Invalid email action link type requested: ${params.type}`)
  if (type === 'magiclink' && !(await findUserByEmail(db.pool, email)))
    [type, password] = ['signup', unguessablePassword()]
  const wanted = { type, email, newEmail: null, data: params.data, passwordHash: null }
  if (type === 'signup') {
    if (!password) throw validationFailed('Signup requires a valid password')
    assertPassword(password, settings)
    return { ...wanted, passwordHash: await hashPassword(password) }
  }
  if (!type.startsWith('email_change')) return wanted
  if (type === 'email_change_current' && !settings.doubleConfirmChanges)
    throw validationFailed('Enable secure email change to generate link for current email')
  return { ...wanted, newEmail: validEmail(params.new_email) }
}

/**
 * Makes the code and the link of a mail, and the user where the type makes one.
 * `/auth/v1/verify` judges `redirect_to` again when the link is followed, by the allowed URLs of config.toml.
 * @param deliver sends the mail; when it fails, nothing has been made.
 */
export async function generateLink(
  db: AuthDatabase,
  params: LinkParams,
  context: AuthContext,
  deliver: (link: IssuedLink) => Promise<void> = async () => {},
): Promise<IssuedLink> {
  const wanted = await readWanted(params, context)
  const { type } = wanted
  const code = oneTimeCode(context.settings.otpLength)
  const hash = tokenHash(type === 'email_change_new' ? wanted.newEmail! : wanted.email, code)
  return db.transaction('Database error generating link', async (tx) => {
    const { user, action } = await issue(tx, wanted, hash)
    await audit(tx, action, SERVICE_ROLE, { traits: traitsOf(user) })
    const linkType = type.startsWith('email_change') ? 'email_change' : type
    const actionLink = verifyLink(context.publicUrl, hash, linkType, params.redirect_to)
    const link = { user: await lockUser(tx, user.id), code, hash, actionLink, type }
    await deliver(link)
    return link
  })
}

/** POST /admin/generate_link */
export function linkFor(context: AuthContext): Route {
  return async (call) => {
    const params = parseParams(LinkParams, call.body)
    const redirect_to = redirectFor(call, params.redirect_to, context)
    const link = await generateLink(context.db, { ...params, redirect_to }, context)
    return json({
      ...userJson(link.user),
      action_link: link.actionLink,
      email_otp: link.code,
      hashed_token: link.hash,
      verification_type: link.type,
      redirect_to,
    })
  }
}
