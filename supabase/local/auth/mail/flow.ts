import { validationFailed } from '../admin/errors.ts'
import type { Challenge } from '../records/flow-state.ts'

/** The hash of a code whose link belongs to a PKCE flow begins with it. */
export const PKCE_PREFIX = 'pkce_'

/**
 * The challenge of a request; null for the implicit flow.
 * @throws AuthError validation_failed
 */
export function readChallenge(body: Record<string, unknown>): Challenge | null {
  // As null, what was not given.
  const [challenge, method] = [body.code_challenge ?? '', body.code_challenge_method ?? '']
  if (!challenge && !method) return null
  if (typeof challenge !== 'string' || typeof method !== 'string' || !challenge || !method)
    throw validationFailed('PKCE flow requires code_challenge_method and code_challenge')
  if (challenge.length < 43 || challenge.length > 128)
    throw validationFailed('code challenge has to be between 43 and 128 characters')
  if (!/^[a-zA-Z._~0-9-]+$/.test(challenge))
    throw validationFailed(
      'code challenge can only contain alphanumeric characters, hyphens, periods, underscores and tildes',
    )
  const known = method.toLowerCase()
  if (known !== 's256' && known !== 'plain') throw validationFailed('Invalid code_challenge_method')
  return { challenge, method: known }
}
