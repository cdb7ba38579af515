import { AuthError, validationFailed } from '../admin/errors.ts'
import { validEmail } from '../admin/params.ts'
import { type AuthContext, type Call, json } from '../context.ts'
import { findUserByEmail, isEmailTaken } from '../records/users.ts'
import { insertAccount } from './accounts.ts'
import { mailCode } from './codes.ts'
import { contactOf, dataOf, emailDisabled, phoneDisabled, textOf, wishOf } from './fields.ts'
import type { AddressTurns } from './frequency.ts'

/** POST /magiclink, and POST /otp where it names an address of mail: a link and a code to sign in by. */
export function magicLink(context: AuthContext, turns: AddressTurns) {
  const { mailDb, settings } = context
  return async (call: Call): Promise<Response> => {
    if (!settings.enableEmail) throw emailDisabled('Email logins are disabled', 422)
    const given = textOf(call.body, 'email')
    if (!given) throw new AuthError(422, 'validation_failed', 'Password recovery requires an email')
    const email = validEmail(given)
    const wish = wishOf(call, context)
    const data = dataOf(call.body)
    // Where it makes an account, signing up has to wait.
    turns.note(email)
    const mayCreate = settings.enableSignup && call.body.create_user !== false
    await mailDb.transaction('Database error sending a mail', async (tx) => {
      const known = await findUserByEmail(tx, email)
      if (!known && (!mayCreate || (await isEmailTaken(tx, email))))
        throw new AuthError(422, 'otp_disabled', 'Signups not allowed for otp')
      const user = known ?? (await insertAccount(tx, { email, passwordHash: null, data }))
      // A sign-in by mail confirms the address: where sign-up asks for that, this is one.
      const isSignUp = !user.email_confirmed_at && settings.enableConfirmations
      await mailCode(tx, isSignUp ? 'signup' : 'magiclink', user, wish, context)
    })
    return json({})
  }
}

/** POST /otp */
export function otp(context: AuthContext, turns: AddressTurns) {
  const byMail = magicLink(context, turns)
  return async (call: Call): Promise<Response> => {
    const { email, phone } = contactOf(call.body, 'Only an email address or phone number should be provided')
    if (email && textOf(call.body, 'channel'))
      throw validationFailed('Channel should only be specified with Phone OTP')
    if (phone) throw phoneDisabled('Unsupported phone provider')
    if (!email) throw validationFailed('One of email or phone must be set')
    return byMail(call)
  }
}
