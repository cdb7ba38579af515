import { errorForLog } from '../../../../server/process/log-redaction.ts'
import { AuthError, unexpectedFailure } from '../admin/errors.ts'
import { redirectTo } from '../mail/redirect.ts'

/** What a provider, or OAuth itself, says no with: `error` and `error_description`. */
export class ProviderError extends Error {
  override name = 'ProviderError'
  error: string
  constructor(error: string, description: string) {
    super(description)
    this.error = error
  }
}

const BY_STATUS: Record<number, string> = {
  400: 'invalid_request',
  401: 'unauthorized_client',
  403: 'access_denied',
  500: 'server_error',
  503: 'temporarily_unavailable',
}

const DENIED = new Set(['signup_disabled', 'user_banned', 'provider_email_needs_verification'])

function describe(error: unknown): Record<string, string> {
  if (error instanceof ProviderError) return { error: error.error, error_description: error.message }
  const known = error instanceof AuthError ? error : unexpectedFailure('Unexpected failure', error)
  if (known.status >= 500 && known.cause) console.error('auth:', errorForLog(known.cause))
  return {
    error: DENIED.has(known.code) ? 'access_denied' : (BY_STATUS[known.status] ?? 'server_error'),
    error_code: known.code,
    error_description: known.message,
  }
}

/**
 * Sends a browser where its flow was to end, with what went wrong in the query and in the fragment.
 * @param isLost nobody knows which flow it was: the site itself is told, in the query only.
 */
export function tellError(target: string, error: unknown, isLost: boolean): Response {
  const told = describe(error)
  if (isLost) return redirectTo(target, { query: told })
  const { headers } = redirectTo(target, { query: told, fragment: { ...told, sb: '' } })
  return new Response(null, { status: 302, headers })
}
