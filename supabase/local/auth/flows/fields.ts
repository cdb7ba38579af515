import { AuthError, validationFailed } from '../admin/errors.ts'
import type { AuthContext, Call } from '../context.ts'
import { readChallenge } from '../mail/flow.ts'
import { redirectOf } from '../mail/redirect.ts'
import type { Wish } from './codes.ts'

type Body = Record<string, unknown>

/**
 * A field of a body that is text; '' where it was not given.
 * @throws AuthError bad_json for what is no text.
 */
export function textOf(body: Body, name: string): string {
  const value = body[name]
  if (value == null) return ''
  if (typeof value === 'string') return value
  throw new AuthError(400, 'bad_json', `Could not parse request body as JSON: ${name} is of the wrong type`)
}

/** Half a surrogate, as JSON writes it: Postgres has none. */
const HALF_SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/

/**
 * What an app keeps with an account; without what is null.
 * @throws AuthError bad_json for what is no object; validation_failed for what Postgres would refuse, which is asked
 * only where nobody has the address.
 */
export function dataOf({ data }: Body): Body {
  if (data == null) return {}
  if (typeof data !== 'object' || Array.isArray(data))
    throw new AuthError(400, 'bad_json', 'Could not parse request body as JSON: data is of the wrong type')
  if (HALF_SURROGATE.test(JSON.stringify(data)))
    throw validationFailed('The request holds text that cannot be stored')
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null))
}

/** What the app wants of the link. @throws AuthError validation_failed */
export const wishOf = ({ request, body }: Call, { settings }: AuthContext): Wish => ({
  redirectTo: redirectOf(request, settings),
  challenge: readChallenge(body),
})

/**
 * The one of the two by which a request names an account.
 * @throws AuthError validation_failed where both came.
 */
export function contactOf(body: Body, both: string): { email: string; phone: string } {
  const [email, phone] = [textOf(body, 'email'), textOf(body, 'phone')]
  if (email && phone) throw validationFailed(both)
  return { email, phone }
}

/** No messages are sent to telephones. */
export const phoneDisabled = (message: string, status = 400) =>
  new AuthError(status, 'phone_provider_disabled', message)

/** Where config.toml has signing in by mail switched off. */
export const emailDisabled = (message: string, status = 400) =>
  new AuthError(status, 'email_provider_disabled', message)
