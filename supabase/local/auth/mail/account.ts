import { emailExists, validationFailed } from '../admin/errors.ts'
import { isEmailTaken } from '../admin/records.ts'
import { assertPassword } from '../admin/secrets.ts'
import type { Call, Fetch, Pass } from '../calls.ts'
import { newAddress, wishOf } from './requests.ts'
import { findUser, type MailContext, mailCode, mailEmailChange } from './send.ts'

interface Caller {
  id: string
  email: string
}

/** Mails that a signed-in person asks for about its own account. */
export function createAccountMails(context: MailContext, auth: Fetch, pass: Pass) {
  const { db, settings } = context

  /** Lite's answer to who calls: the person, or its refusal. */
  async function whoCalls({ request, url }: Call): Promise<{ caller: Caller } | { refusal: Response }> {
    const response = await auth(new Request(new URL('/auth/v1/user', url), { headers: request.headers }))
    return response.ok ? { caller: await response.json() } : { refusal: response }
  }

  /** PUT /user. Without a new address it is lite's; with one, all of it is done or nothing. */
  async function updateUser(call: Call): Promise<Response> {
    const { email, ...rest } = call.body
    const others = { ...call, body: rest }
    if (email == null || email === '') return pass(others)
    const who = await whoCalls(call)
    if ('refusal' in who) return who.refusal
    const wish = wishOf(call, context)
    const address = newAddress(email)
    if (address === who.caller.email) return pass(others)
    if (typeof rest.password === 'string') assertPassword(rest.password, settings)
    const refusal = await db.transaction('Error updating user', async (tx) => {
      const user = await findUser(tx, who.caller.id)
      if (await isEmailTaken(tx, address, user.id)) throw emailExists()
      const note = await mailEmailChange(user, address, wish, context)
      // Before anything of the account is locked here: lite writes to it by a connection of its own.
      const done = Object.keys(rest).length ? await pass(others) : null
      if (done && !done.ok) return done
      await note(tx)
      return null
    })
    if (refusal) return refusal
    const after = await whoCalls(call)
    return 'refusal' in after ? after.refusal : Response.json(after.caller)
  }

  /** GET /reauthenticate */
  async function reauthenticate(call: Call): Promise<Response> {
    const who = await whoCalls(call)
    if ('refusal' in who) return who.refusal
    await db.transaction('Database error sending a mail', async (tx) => {
      const user = await findUser(tx, who.caller.id)
      if (!user.email)
        throw validationFailed('Reauthentication requires the user to have an email or a phone number')
      await mailCode(tx, 'reauthentication', user, { redirectTo: settings.siteUrl, challenge: null }, context)
    })
    return Response.json({})
  }

  return { updateUser, reauthenticate }
}
