import { AuthError, validationFailed } from '../admin/errors.ts'
import { assertPassword } from '../admin/secrets.ts'
import type { AuthSettings } from '../admin/settings.ts'
import { type AuthContext, type Call, json } from '../context.ts'
import type { Queryable } from '../database.ts'
import { isPassword } from '../hashing.ts'
import { THREADS } from '../hashing-apart.ts'
import { inTurns } from '../in-turns.ts'
import { auditPayload } from '../records/audit.ts'
import { isBanned } from '../records/change-user.ts'
import { findUser, findUserByEmail, type UserRow } from '../records/users.ts'
import { issueSession } from '../tokens/issue.ts'
import { contactOf, emailDisabled, phoneDisabled, textOf } from './fields.ts'

/** bcrypt reads no further, so that a longer one would be one of many that are right. */
const LONGEST_BYTES = 72

const invalid = () => new AuthError(400, 'invalid_credentials', 'Invalid login credentials')

/** What sign-up would say of a password that is right; null for a strong one. */
function weaknessOf(password: string, settings: AuthSettings): object | null {
  try {
    assertPassword(password, settings)
    return null
  } catch (error) {
    if (!(error instanceof AuthError) || error.code !== 'weak_password') throw error
    return { message: error.message, ...Object(error.details.weak_password) }
  }
}

/** Why somebody whose password was right got no session. @throws AuthError */
async function refuse(db: Queryable, { id, encrypted_password: compared }: UserRow): Promise<never> {
  const user = await findUser(db, id).catch(() => null)
  // It was changed meanwhile.
  if (user?.encrypted_password !== compared) throw invalid()
  if (isBanned(user) || user.email_confirmed_at) throw new AuthError(400, 'user_banned', 'User is banned')
  throw new AuthError(400, 'email_not_confirmed', 'Email not confirmed')
}

const FAILURE = 'Database error granting user'

/**
 * POST /token?grant_type=password. An address that nobody has takes as long as one that somebody has, and what is wrong
 * with an account is told only to who knows its password.
 */
export function passwordGrant(context: AuthContext) {
  // Those of an office that come at once are not all looked up at once: they wait here for what is busy for longest,
  // one of them ready to be next.
  const inTurn = inTurns(THREADS + 1)
  const { db, settings, tokens } = context
  return async (call: Call): Promise<Response> => {
    const { email, phone } = contactOf(
      call.body,
      'Only an email address or phone number should be provided on login.',
    )
    const password = textOf(call.body, 'password')
    if (phone) throw phoneDisabled('Phone logins are disabled', 422)
    if (!email) throw validationFailed('missing email or phone')
    if (!settings.enableEmail) throw emailDisabled('Email logins are disabled', 422)

    const { known, isRight } = await inTurn(async () => {
      const known = await findUserByEmail(db.pool, email.toLowerCase())
      return { known, isRight: await isPassword(password, known?.encrypted_password) }
    })
    if (!known || !isRight || Buffer.byteLength(password) > LONGEST_BYTES) throw invalid()

    const enter = (on: Queryable) =>
      issueSession(on, context, call, known.id, 'password', {
        passwordHash: known.encrypted_password!,
        audit: auditPayload('login', known, { provider: 'email' }),
      })
    const entering = tokens.hook ? db.transaction(FAILURE, enter) : enter(db.alone(FAILURE))
    const session = await entering.catch(async (error) => {
      if (error instanceof AuthError && error.code === 'user_not_found') await refuse(db.pool, known)
      throw error
    })
    return json({ ...session, weak_password: weaknessOf(password, settings) })
  }
}
