import { AuthError, validationFailed } from '../admin/errors.ts'
import { validEmail } from '../admin/params.ts'
import { assertPassword, hashPassword } from '../admin/secrets.ts'
import { type AuthContext, type Call, json } from '../context.ts'
import { CommitError } from '../database.ts'
import { NotSentError } from '../mail/send.ts'
import { audit } from '../records/audit.ts'
import { userJson } from '../records/user-json.ts'
import { findUser, findUserByEmail, isEmailTaken } from '../records/users.ts'
import { issueSession } from '../tokens/issue.ts'
import { confirmEmail, insertAccount } from './accounts.ts'
import { assertOpen, signInAnonymously } from './anonymous.ts'
import { mailCode, type Wish } from './codes.ts'
import { openPace } from './discreet.ts'
import { contactOf, dataOf, emailDisabled, phoneDisabled, textOf, wishOf } from './fields.ts'
import type { AddressTurns } from './frequency.ts'
import { type Applicant, asIfNew, nobody, unheard } from './strangers.ts'

const FAILURE = 'Database error saving new user'

const userExists = () => new AuthError(422, 'user_already_exists', 'User already registered')

/** POST /signup */
export function signUp(context: AuthContext, turns: AddressTurns) {
  const { db, mailDb, settings } = context
  const enterAnonymously = signInAnonymously(context)
  const evenly = openPace()

  /** Where nobody confirms an address: who signs up is in. */
  async function enter(call: Call, applicant: Applicant): Promise<Response> {
    const work = db.transaction(FAILURE, async (tx) => {
      const known = await findUserByEmail(tx, applicant.email)
      if (known) {
        await audit(tx, 'user_repeated_signup', known, { traits: { provider: 'email' } })
        throw new CommitError(userExists())
      }
      if (await isEmailTaken(tx, applicant.email)) throw userExists()
      const user = await insertAccount(tx, applicant)
      await audit(tx, 'user_signedup', user, { traits: { provider: 'email' } })
      await confirmEmail(tx, user, false)
      await audit(tx, 'login', user, { traits: { provider: 'email' } })
      return issueSession(tx, context, call, user.id, 'password')
    })
    return json(
      await work.catch((error) => {
        // Another of the same address was faster.
        throw error instanceof AuthError && error.code === 'email_exists' ? userExists() : error
      }),
    )
  }

  /** @returns what the applicant is shown. */
  async function askToConfirm(applicant: Applicant, wish: Wish) {
    const silent = () => ({ answer: nobody(applicant), hasMailed: false })
    turns.take(applicant.email)
    const asking = mailDb.transaction(FAILURE, async (tx) => {
      const known = await findUserByEmail(tx, applicant.email)
      if (known?.email_confirmed_at) {
        await audit(tx, 'user_repeated_signup', known, { traits: { provider: 'email' } })
        return silent()
      }
      if (!known && (await isEmailTaken(tx, applicant.email))) return silent()
      // The password and the data of an account that is there are left alone: nobody has proved to own it.
      const user = known ?? (await insertAccount(tx, applicant))
      await mailCode(tx, 'signup', user, wish, context)
      const waiting = await findUser(tx, user.id)
      return { answer: known ? asIfNew(waiting, applicant) : userJson(waiting), hasMailed: true }
    })
    try {
      return await asking
    } catch (error) {
      // Who has confirmed the address is sent nothing, and would be told the same as ever.
      if (error instanceof NotSentError) return { answer: unheard(applicant), hasMailed: true }
      throw error
    } finally {
      turns.renew(applicant.email)
    }
  }

  return async (call: Call): Promise<Response> => {
    const { body } = call
    if (!textOf(body, 'email') && !textOf(body, 'phone')) return enterAnonymously(call)
    assertOpen(settings)
    const password = textOf(body, 'password')
    if (!password) throw validationFailed('Signup requires a valid password')
    assertPassword(password, settings)
    const contact = contactOf(body, 'Only an email address or phone number should be provided on signup.')
    const wish = wishOf(call, context)
    if (contact.phone && wish.challenge) throw validationFailed('PKCE not supported for phone signups')
    if (contact.phone) throw phoneDisabled('Phone signups are disabled')
    if (!settings.enableEmail) throw emailDisabled('Email signups are disabled')
    const applicant = {
      email: validEmail(contact.email),
      data: dataOf(body),
      // Also for an address that has an account: it takes as long.
      passwordHash: await hashPassword(password),
    }
    if (!settings.enableConfirmations) return enter(call, applicant)
    return json(await evenly(() => askToConfirm(applicant, wish)))
  }
}
