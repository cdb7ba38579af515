import { validationFailed } from '../admin/errors.ts'
import { validEmail } from '../admin/params.ts'
import { type AuthContext, type Call, json } from '../context.ts'
import { findUserByEmail } from '../records/users.ts'
import { mailCode, mailEmailChange } from './codes.ts'
import { contactOf, emailDisabled, phoneDisabled, textOf, wishOf } from './fields.ts'
import type { AddressTurns } from './frequency.ts'

const FAILURE = 'Unable to process request'

/** POST /recover: a link by which who forgot its password gets in. */
export function recover(context: AuthContext) {
  const { mailDb, settings } = context
  return async (call: Call): Promise<Response> => {
    if (!settings.enableEmail) throw emailDisabled('Email logins are disabled')
    const given = textOf(call.body, 'email')
    if (!given) throw validationFailed('Password recovery requires an email')
    const email = validEmail(given)
    const wish = wishOf(call, context)
    await mailDb.transaction(FAILURE, async (tx) => {
      const user = await findUserByEmail(tx, email)
      if (user) await mailCode(tx, 'recovery', user, wish, context)
    })
    return json({})
  }
}

const BY_MAIL = new Set(['signup', 'email_change'])
const BY_PHONE = new Set(['sms', 'phone_change'])

/** POST /resend: the mail of a sign-up or of a change of address once more. */
export function resend(context: AuthContext, turns: AddressTurns) {
  const { mailDb, settings } = context
  return async (call: Call): Promise<Response> => {
    const type = textOf(call.body, 'type')
    if (!BY_MAIL.has(type) && !BY_PHONE.has(type))
      throw validationFailed('Missing one of these types: signup, email_change, sms, phone_change')
    const wish = wishOf(call, context)
    const { email, phone } = contactOf(call.body, 'Only an email address or phone number should be provided.')
    if (!email && type === 'signup') throw validationFailed('Type provided requires an email address')
    if (!phone && type === 'sms') throw validationFailed('Type provided requires a phone number')
    if (phone) throw phoneDisabled('Phone logins are disabled')
    if (!email) throw validationFailed('Missing email address or phone number')
    if (!settings.enableEmail) throw emailDisabled('Email logins are disabled')
    const address = validEmail(email)
    if (type === 'signup') turns.note(address)
    await mailDb.transaction(FAILURE, async (tx) => {
      const user = await findUserByEmail(tx, address)
      if (type === 'signup' && user && !user.email_confirmed_at)
        await mailCode(tx, 'signup', user, wish, context)
      if (type === 'email_change' && user?.email_change) {
        const note = await mailEmailChange(tx, user, String(user.email_change), wish, context)
        await note()
      }
    })
    return json({})
  }
}
