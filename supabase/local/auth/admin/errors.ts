/** From this version of GoTrue's API on, the error code is `code` and not `error_code`. */
const NAMED_CODES = '2024-01-01'

/** A version is a date; what is none counts as if nobody had said one. */
const hasNamedCodes = (version: string | null | undefined) =>
  /^\d{4}-\d\d-\d\d$/.test(version ?? '') && version! >= NAMED_CODES

/** An answer of GoTrue that is not a success. */
export class AuthError extends Error {
  override name = 'AuthError'
  status: number
  code: string
  details: Record<string, unknown>
  constructor(status: number, code: string, message: string, details: Record<string, unknown> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.details = details
  }
}

export const validationFailed = (message: string) => new AuthError(400, 'validation_failed', message)

export const emailExists = () =>
  new AuthError(422, 'email_exists', 'A user with this email address has already been registered')

export const phoneExists = () =>
  new AuthError(422, 'phone_exists', 'Phone number already registered by another user')

export const userNotFound = (message = 'User not found') => new AuthError(404, 'user_not_found', message)

/** What happened stays in the log: the answer carries no SQL. */
export const unexpectedFailure = (message: string, cause?: unknown) =>
  Object.assign(new AuthError(500, 'unexpected_failure', message), { cause })

/** The body of an error in the shape that a client of this API version expects. */
export function errorBody(error: AuthError, apiVersion: string | null | undefined): Record<string, unknown> {
  return hasNamedCodes(apiVersion)
    ? { code: error.code, message: error.message, ...error.details }
    : { code: error.status, error_code: error.code, msg: error.message, ...error.details }
}

/** The headers that go with {@link errorBody}. */
export function errorHeaders(
  error: AuthError,
  apiVersion: string | null | undefined,
): Record<string, string> {
  return {
    'content-type': 'application/json',
    'x-sb-error-code': error.code,
    ...(hasNamedCodes(apiVersion) && { 'x-supabase-api-version': NAMED_CODES }),
  }
}
