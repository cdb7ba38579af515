import * as v from 'valibot'

const Text = v.nullish(v.pipe(v.string(), v.excludes('\u0000')))
const Data = v.nullish(v.record(v.string(), v.unknown()))

// What bodies of Auth hold, whatever they ask for. Its server takes their types for granted.
const AuthBody = v.looseObject({
  email: Text,
  phone: Text,
  password: Text,
  type: Text,
  token: Text,
  token_hash: Text,
  refresh_token: Text,
  redirect_to: Text,
  auth_code: Text,
  code_verifier: Text,
  code_challenge: Text,
  code_challenge_method: Text,
  provider: Text,
  id_token: Text,
  nonce: Text,
  data: Data,
})

/** A body that Auth does not take; the message names the field, never its value. */
export class AuthBodyError extends Error {
  override name = 'AuthBodyError'
}

/**
 * The body of a request to Auth, checked. A field that is null was not given, as to GoTrue.
 * @param text whose size and depth are within bounds.
 * @throws AuthBodyError
 */
export function checkAuthBody(text: string): string {
  if (!text) return text
  // Nor has Postgres such a character in JSON, however deep.
  if (/(?<!\\)(?:\\\\)*\\u0000/.test(text)) throw new AuthBodyError('it holds a null character')
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    throw new AuthBodyError('it is not JSON')
  }
  if (Array.isArray(content)) throw new AuthBodyError('it is not an object')
  const result = v.safeParse(AuthBody, content)
  if (!result.success)
    throw new AuthBodyError(`${v.getDotPath(result.issues[0]) ?? 'body'} is of the wrong type`)
  const given = Object.entries(result.output)
  if (given.every(([, value]) => value !== null)) return text
  return JSON.stringify(Object.fromEntries(given.filter(([, value]) => value !== null)))
}
