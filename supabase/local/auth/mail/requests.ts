import { randomUUID } from 'node:crypto'
import { audit } from '../admin/database.ts'
import { AuthError, validationFailed } from '../admin/errors.ts'
import { validEmail } from '../admin/params.ts'
import { lockUser, type UserRow, userJson } from '../admin/records.ts'
import { assertPassword, hashPassword } from '../admin/secrets.ts'
import { insertUser } from '../admin/users.ts'
import type { Call, Pass } from '../calls.ts'
import { readChallenge } from './flow.ts'
import { redirectOf } from './redirect.ts'
import { findUserByEmail, type MailContext, mailCode, mailEmailChange, type Wish } from './send.ts'

const text = (value: unknown) => (typeof value === 'string' ? value : '')

/** What the app wants of the link. @throws AuthError validation_failed */
export const wishOf = ({ request, body }: Call, { settings }: MailContext): Wish => ({
  redirectTo: redirectOf(request, settings),
  challenge: readChallenge(body),
})

/** GoTrue puts into the metadata what it knows of the address, which no app may say otherwise. */
const about = (id: string, email: string) => ({
  email,
  email_verified: false,
  phone_verified: false,
  sub: id,
})

function dataOf({ data }: Record<string, unknown>): Record<string, unknown> {
  if (data == null) return {}
  if (typeof data === 'object' && !Array.isArray(data)) return data as Record<string, unknown>
  throw new AuthError(400, 'bad_json', 'Could not parse request body as JSON: data is of the wrong type')
}

/** What an account looks like that nobody has: for an address that has one already, whoever made it. */
function nobody(email: string, data: Record<string, unknown>) {
  const now = new Date().toISOString()
  return {
    id: randomUUID(),
    aud: 'authenticated',
    role: '',
    email,
    phone: '',
    confirmation_sent_at: now,
    app_metadata: { provider: 'email', providers: ['email'] },
    user_metadata: data,
    identities: [],
    created_at: now,
    updated_at: now,
    is_anonymous: false,
  }
}

const inserting = (email: string, passwordHash: string | null, data: Record<string, unknown>) => {
  const id = randomUUID()
  const userMetadata = { ...data, ...about(id, email) }
  return { id, email, passwordHash, userMetadata, identityData: userMetadata }
}

/** The requests that end in a mail; what asks for none, or is no good, lite answers. */
export function createMailRequests(context: MailContext, pass: Pass) {
  const { db, settings } = context
  const FAILURE = 'Database error sending a mail'

  /** The account of an address, made now if there is none. */
  async function accountOf(email: string, passwordHash: string, data: Record<string, unknown>, wish: Wish) {
    return db.transaction('Database error saving new user', async (tx): Promise<UserRow | null> => {
      const known = await findUserByEmail(tx, email)
      if (known?.email_confirmed_at) {
        await audit(tx, 'user_repeated_signup', known, known)
        return null
      }
      // The password and the data of an account that is there are left alone: nobody has proved to own it.
      const user = known ?? (await lockUser(tx, await insertUser(tx, inserting(email, passwordHash, data))))
      await mailCode(tx, 'signup', user, wish, context)
      // What is known of an account is not for whoever knows its address.
      return known ? null : lockUser(tx, user.id)
    })
  }

  async function signUp(call: Call): Promise<Response> {
    const { email, password } = call.body
    if (!settings.enableConfirmations || !settings.enableSignup || !settings.enableEmail) return pass(call)
    if (!text(email) || !text(password)) return pass(call)
    const wish = wishOf(call, context)
    const address = validEmail(text(email))
    const data = dataOf(call.body)
    assertPassword(text(password), settings)
    const user = await accountOf(address, await hashPassword(text(password)), data, wish)
    if (!user) return Response.json(nobody(address, data))
    return Response.json(userJson(user))
  }

  async function otp(call: Call): Promise<Response> {
    const { email, create_user: asked, options } = call.body
    if (!text(email) || !settings.enableEmail) return pass(call)
    const wish = wishOf(call, context)
    const address = validEmail(text(email))
    const data = dataOf(call.body)
    const mayCreate =
      settings.enableSignup &&
      (asked ?? (options as { shouldCreateUser?: unknown } | undefined)?.shouldCreateUser) !== false
    const send = db.transaction(FAILURE, async (tx) => {
      const known = await findUserByEmail(tx, address)
      if (!known && !mayCreate) throw new AuthError(422, 'otp_disabled', 'Signups not allowed for otp')
      const user = known ?? (await lockUser(tx, await insertUser(tx, inserting(address, null, data))))
      // A sign-in by mail confirms the address: where sign-up asks for that, this is one.
      const isSignUp = !user.email_confirmed_at && settings.enableConfirmations
      await mailCode(tx, isSignUp ? 'signup' : 'magiclink', user, wish, context)
    })
    await (mayCreate ? send : quietly(send))
    return Response.json({})
  }

  async function recover(call: Call): Promise<Response> {
    if (!text(call.body.email)) return pass(call)
    const wish = wishOf(call, context)
    const address = validEmail(text(call.body.email))
    await quietly(
      db.transaction(FAILURE, async (tx) => {
        const user = await findUserByEmail(tx, address)
        if (user) await mailCode(tx, 'recovery', user, wish, context)
      }),
    )
    return Response.json({})
  }

  async function resend(call: Call): Promise<Response> {
    const { type, email } = call.body
    if ((type !== 'signup' && type !== 'email_change') || !text(email)) return pass(call)
    const wish = wishOf(call, context)
    const address = validEmail(text(email))
    await db.transaction(FAILURE, async (tx) => {
      const user = await findUserByEmail(tx, address)
      if (type === 'signup' && user && !user.email_confirmed_at)
        await mailCode(tx, 'signup', user, wish, context)
      const newEmail = text(user?.email_change)
      if (type === 'email_change' && user && newEmail) {
        const note = await mailEmailChange(user, newEmail, wish, context)
        await note(tx)
      }
    })
    return Response.json({})
  }

  return { signUp, otp, recover, resend }
}

/** A second mail too soon is not sent and not refused: the refusal would say that the account exists. */
async function quietly(sending: Promise<void>): Promise<void> {
  try {
    await sending
  } catch (error) {
    if (!(error instanceof AuthError && error.code === 'over_email_send_rate_limit')) throw error
  }
}

/** An address that an account may change to. @throws AuthError validation_failed */
export function newAddress(value: unknown): string {
  if (typeof value !== 'string') throw validationFailed('Unable to validate email address: invalid format')
  return validEmail(value)
}
