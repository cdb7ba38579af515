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

/**
 * What is wrong with the body of a request to Auth, never with the value; null when nothing is, or when it has none.
 * @param body whose size and depth are within bounds.
 */
export function faultOfAuthBody(body: Buffer | undefined): string | null {
  if (!body?.length) return null
  const text = body.toString('utf8')
  // Nor has Postgres such a character in JSON, however deep.
  if (/(?<!\\)(?:\\\\)*\\u0000/.test(text)) return 'it holds a null character'
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    return 'it is not JSON'
  }
  if (Array.isArray(content)) return 'it is not an object'
  const result = v.safeParse(AuthBody, content)
  if (result.success) return null
  return `${v.getDotPath(result.issues[0]) ?? 'body'} is of the wrong type`
}
