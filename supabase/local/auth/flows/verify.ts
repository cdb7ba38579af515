import { AuthError, validationFailed } from '../admin/errors.ts'
import { validEmail, validPhone } from '../admin/params.ts'
import { type AuthContext, type Call, json } from '../context.ts'
import { issueSession } from '../tokens/issue.ts'
import { FIRST_CONFIRMATION, useCode } from './confirm.ts'
import { textOf } from './fields.ts'
import { findCode, type Wanted } from './find-code.ts'

function addressOf(email: string): string {
  try {
    return validEmail(email)
  } catch {
    throw new AuthError(422, 'validation_failed', 'Invalid email format')
  }
}

/** What the body of a request asks for. @throws AuthError validation_failed */
function wantedOf(body: Record<string, unknown>): Wanted {
  const [type, code, hash] = [textOf(body, 'type'), textOf(body, 'token'), textOf(body, 'token_hash')]
  const [email, phone] = [textOf(body, 'email'), textOf(body, 'phone')]
  if (!type) throw validationFailed('Verify requires a verification type')
  if (Boolean(code) === Boolean(hash))
    throw validationFailed('Verify requires either a token or a token hash')
  if (hash) {
    if (email || phone || textOf(body, 'redirect_to'))
      throw validationFailed('Only the token_hash and type should be provided')
    return { type, hash }
  }
  if (Boolean(email) === Boolean(phone))
    throw validationFailed('Only an email address or phone number should be provided on verify')
  // No code has ever been sent to a telephone.
  if (phone && validPhone(phone)) throw new AuthError(403, 'otp_expired', 'Token has expired or is invalid')
  return { type, email: addressOf(email), code }
}

/** POST /verify: a code that was typed, or the hash of a link, begins a session. */
export function verify(context: AuthContext) {
  const { db, settings } = context
  return async (call: Call): Promise<Response> => {
    const wanted = wantedOf(call.body)
    const answer = await db.transaction('Database error verifying a code', async (tx) => {
      const user = await useCode(tx, await findCode(tx, wanted, settings), settings)
      if (!user) return { code: '200', msg: FIRST_CONFIRMATION }
      return issueSession(tx, context, call, user.id, 'otp')
    })
    return json(answer)
  }
}
