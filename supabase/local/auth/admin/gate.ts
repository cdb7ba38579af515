import { decodeJwt } from 'jose'
import type { SignInMethod } from '../sign-in-methods.ts'
import { type CompleteToken, createTokenCompleter } from './claims.ts'
import type { AuthDatabase } from './database.ts'
import { AuthError, errorBody, errorHeaders } from './errors.ts'
import type { AuthSettings } from './settings.ts'
import { confirmOneAddress, FIRST_CONFIRMATION, liteType, type VerifyParams } from './verification.ts'

/** A server that speaks the fetch API. */
export type Fetch = (request: Request) => Promise<Response>

interface GateOptions {
  /** Lite's auth server. */
  auth: Fetch
  db: AuthDatabase
  jwtSecret: string
  publicUrl: string
  settings: AuthSettings
}

/** A request whose body has been read. */
interface Call {
  request: Request
  url: URL
  body: Record<string, unknown>
}

const text = (value: unknown) => (typeof value === 'string' ? value : '')

function parse(body: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(body)
    return value && typeof value === 'object' && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

function redirect(to: string, fragment: Record<string, string>): Response {
  return new Response(null, { status: 303, headers: { location: `${to}#${new URLSearchParams(fragment)}` } })
}

/** Replaces the access token of an answer, in its body or in the fragment of its redirect. */
async function withCompleteToken(
  response: Response,
  complete: CompleteToken,
  method: SignInMethod | undefined,
): Promise<Response> {
  const headers = new Headers(response.headers)
  const [target = '', fragment] = (headers.get('location') ?? '').split('#', 2)
  if (fragment?.includes('access_token=')) {
    const params = new URLSearchParams(fragment)
    params.set('access_token', await complete(params.get('access_token')!, method))
    headers.set('location', `${target}#${params}`)
    return new Response(response.body, { status: response.status, headers })
  }
  if (!response.ok || !headers.get('content-type')?.includes('application/json')) return response
  const body = await response.json()
  if (typeof body?.access_token === 'string') body.access_token = await complete(body.access_token, method)
  headers.delete('content-length')
  return Response.json(body, { status: response.status, headers })
}

/** How a session begins that a request is answered with; nothing where it goes on, or where lite alone knows. */
function methodOf({ pathname, searchParams }: URL): SignInMethod | undefined {
  if (pathname.endsWith('/verify')) return 'otp'
  return pathname.endsWith('/signup') || searchParams.get('grant_type') === 'password'
    ? 'password'
    : undefined
}

/**
 * Puts GoTrue's rules before lite's auth server where lite has none: a banned user gets no session and no
 * new token, `invite` and `email` are kinds of verification, an e-mail changes when both addresses agree,
 * a new password ends the other sessions, no code makes an account where sign-up is off, and access tokens
 * carry GoTrue's claims.
 */
export function createAuthGate({ auth, db, jwtSecret, publicUrl, settings }: GateOptions): Fetch {
  const complete = createTokenCompleter(db, jwtSecret, `${publicUrl}/auth/v1`)

  const pass = ({ request, url, body }: Call) =>
    auth(
      new Request(url, {
        method: request.method,
        headers: request.headers,
        body: request.method === 'GET' ? undefined : JSON.stringify(body),
      }),
    )

  async function token(call: Call): Promise<Response> {
    const grant = call.url.searchParams.get('grant_type')
    if (grant === 'password') {
      const banned = await db.query('select 1 from auth.users where email = $1 and banned_until > now()', [
        text(call.body.email).toLowerCase(),
      ])
      if (banned.length) throw new AuthError(400, 'user_banned', 'User is banned')
    }
    if (grant === 'refresh_token') {
      const banned = await db.query(
        `select 1 from auth.refresh_tokens t join auth.users u on u.id = t.user_id
         where t.token = $1 and u.banned_until > now()`,
        [text(call.body.refresh_token)],
      )
      if (banned.length) throw new AuthError(400, 'user_banned', 'Invalid Refresh Token: User Banned')
    }
    return pass(call)
  }

  /** @returns true when the other address has yet to agree */
  async function isHalfConfirmed(params: VerifyParams): Promise<boolean> {
    if (params.type !== 'email_change' || !settings.doubleConfirmChanges) return false
    return confirmOneAddress(db, params, settings.otpExpirySeconds)
  }

  async function verify(call: Call): Promise<Response> {
    const params = call.body as VerifyParams
    const type = await liteType(db, params)
    if (await isHalfConfirmed(params)) return Response.json({ code: '200', msg: FIRST_CONFIRMATION })
    return pass({ ...call, body: { ...params, type } })
  }

  async function followLink(call: Call): Promise<Response> {
    const query = call.url.searchParams
    const params = { type: query.get('type') ?? undefined, token_hash: query.get('token') ?? '' }
    try {
      const type = await liteType(db, params)
      if (typeof type === 'string') query.set('type', type)
      if (!(await isHalfConfirmed(params))) return await pass(call)
      return redirect(settings.siteUrl, { message: FIRST_CONFIRMATION })
    } catch (error) {
      if (!(error instanceof AuthError)) throw error
      const { code, message } = error
      return redirect(settings.siteUrl, {
        error: 'access_denied',
        error_code: code,
        error_description: message,
      })
    }
  }

  function requestCode(call: Call): Promise<Response> {
    return pass(settings.enableSignup ? call : { ...call, body: { ...call.body, create_user: false } })
  }

  async function changeUser(call: Call): Promise<Response> {
    const response = await pass(call)
    if (response.ok && call.body.password) {
      // Lite has verified the token.
      const claims = decodeJwt(call.request.headers.get('authorization')!.replace(/^Bearer\s+/i, ''))
      await db.query('delete from auth.sessions where user_id = $1 and id <> $2', [
        claims.sub,
        claims.session_id,
      ])
    }
    return response
  }

  const routes: Record<string, (call: Call) => Promise<Response>> = {
    'POST /token': token,
    'POST /signup': pass,
    'POST /verify': verify,
    'GET /verify': followLink,
    'GET /callback': pass,
    'POST /otp': requestCode,
    'PUT /user': changeUser,
  }

  return async (request) => {
    const url = new URL(request.url)
    const route = routes[`${request.method} ${url.pathname.replace(/^\/auth\/v1/, '')}`]
    if (!route) return auth(request)
    try {
      const body = request.method === 'GET' ? {} : parse(await request.clone().text())
      // Lite says what is wrong with a body that is no JSON object.
      if (!body) return auth(request)
      return await withCompleteToken(await route({ request, url, body }), complete, methodOf(url))
    } catch (error) {
      if (!(error instanceof AuthError)) throw error
      const version = request.headers.get('x-supabase-api-version')
      return Response.json(errorBody(error, version), {
        status: error.status,
        headers: errorHeaders(error, version),
      })
    }
  }
}
