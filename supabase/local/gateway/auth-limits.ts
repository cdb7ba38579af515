import { type H3Event, setResponseHeaders } from 'h3'
import { type ClientAddress, networkOf } from '../../../server/http/client-address.ts'
import { openLimiter, rateLimitHeaders, type Usage } from '../../../server/http/limiter.ts'
import type { Quota } from '../../../server/process/quota.ts'
import { AuthError, errorBody, errorHeaders } from '../auth/admin/errors.ts'
import { json } from '../auth/context.ts'
import { type GuessQuotas, openGuesses } from '../auth/guesses.ts'

/** What an address, and an account, may ask of Auth; undefined where there is no limit. */
export interface AuthQuotas extends GuessQuotas {
  /** Signing in and up, changing a password, and whatever sends a mail or takes the code of one, of an address. */
  signIn: Quota | undefined
  /** Exchanging a refresh token, which cannot be guessed and which every open app does by itself. */
  refresh: Quota | undefined
}

const GUESSED =
  /^\/auth\/v1\/(token|signup|recover|verify|otp|magiclink|resend|authorize|user\/identities\/authorize)\/*$/
/** What Auth says of a wrong password or code. */
const WRONG = new Set(['invalid_credentials', 'otp_expired'])

/** The fields of a body; none where it is no JSON. */
function fieldsOf(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

/** Whose password or code a request tries: an address of mail or a telephone, whether or not there is such an account. */
function accountOf(text: string, isSignIn: boolean): string | undefined {
  const body = fieldsOf(text)
  // The hash of a link says not whose it is.
  if (!isSignIn && typeof body.token !== 'string') return undefined
  const name = body.email || body.phone
  return typeof name === 'string' ? name.toLowerCase() : undefined
}

/**
 * Whether somebody who has a session asks for a mail about its own account, one of which goes where it likes, or for
 * another password: that is hashed in the turn of those who sign in, and the answer tells whether it is the present
 * one.
 */
function isCostly({ method }: Request, pathname: string, text: string): boolean {
  if (pathname.endsWith('/reauthenticate')) return true
  if (method !== 'PUT' || !pathname.endsWith('/user')) return false
  const { email, phone, password } = fieldsOf(text)
  return Boolean(email || phone || password)
}

/**
 * Answers a request of Auth.
 * @param body what was read of it; empty where there is none.
 */
export type AskAuth = (request: Request, event: H3Event, body: string) => Promise<Response>

/**
 * Refuses, as GoTrue does, what comes too often. What is right counts against nobody.
 * Where an address has used up its quota, who has entered from it before still enters: one guest does not lock out an
 * office.
 */
export function limitAuth(quotas: AuthQuotas, clientAddress: ClientAddress) {
  const signIn = quotas.signIn && openLimiter('entrada', quotas.signIn)
  const refresh = quotas.refresh && openLimiter('renovacion', quotas.refresh)
  const guesses = openGuesses(quotas)

  function answer(request: Request, error: AuthError): Response {
    const version = request.headers.get('x-supabase-api-version')
    return json(errorBody(error, version), error.status, errorHeaders(error, version))
  }

  function refuse(request: Request, event: H3Event, usage: Usage): Response {
    setResponseHeaders(event, { ...rateLimitHeaders([usage]), 'retry-after': usage.resetS })
    return answer(request, new AuthError(429, 'over_request_rate_limit', 'Request rate limit reached'))
  }

  return (ask: AskAuth): AskAuth =>
    async (request, event, body) => {
      const auth = (asked: Request) => ask(asked, event, body)
      const { pathname, searchParams } = new URL(request.url)
      // No path of Auth has anything to encode: what is decoded later must not be one that is limited here.
      if (pathname.includes('%')) return answer(request, new AuthError(404, 'not_found', 'Not found'))
      if (request.method === 'OPTIONS' || !(GUESSED.test(pathname) || isCostly(request, pathname, body)))
        return auth(request)
      const grant = pathname.includes('/token') ? searchParams.get('grant_type') : null
      const address = networkOf(clientAddress(event.node.req))
      const limiter = grant === 'refresh_token' ? refresh : signIn
      const usage = await limiter?.take(address)
      if (usage) setResponseHeaders(event, rateLimitHeaders([usage]))
      const isGuess = grant === 'password' || (pathname.includes('/verify') && request.method === 'POST')
      const account = isGuess ? accountOf(body, grant === 'password') : undefined
      if (usage?.isOver && !(account && guesses.isKnown(account, address)))
        return refuse(request, event, usage)
      if (!account) return auth(request)

      return guesses.try(account, address, async (guess) => {
        if (guess.over) {
          // Who goes on and on with one account costs the others of its address nothing.
          await limiter?.giveBack(address)
          return refuse(request, event, guess.over)
        }
        const response = await auth(request)
        if (response.ok) await Promise.all([guess.right(), limiter?.giveBack(address)])
        else if (!WRONG.has(response.headers.get('x-sb-error-code') ?? '')) await guess.void()
        return response
      })
    }
}
