import { decodeJwt } from 'jose'
import { errorForLog } from '../../../../server/process/log-redaction.ts'
import type { Call, Fetch } from '../calls.ts'
import { createAccountMails } from '../mail/account.ts'
import { createLinkFollower } from '../mail/follow.ts'
import { createMailRequests } from '../mail/requests.ts'
import type { MailContext } from '../mail/send.ts'
import type { SignInMethod } from '../sign-in-methods.ts'
import { type CompleteToken, createTokenCompleter } from './claims.ts'
import type { AuthDatabase } from './database.ts'
import { AuthError, errorBody, errorHeaders } from './errors.ts'
import { confirmOneAddress, FIRST_CONFIRMATION, findVerification, type Verification } from './verification.ts'

interface GateOptions {
  /** Lite's auth server. */
  auth: Fetch
  db: AuthDatabase
  jwtSecret: string
  /** What mails are sent with; its database is theirs alone, so that they hold up nobody else. */
  mail: MailContext
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
  // A code of a mail, or what the link of a mail gave.
  if (pathname.endsWith('/verify') || searchParams.get('grant_type') === 'pkce') return 'otp'
  return pathname.endsWith('/signup') || searchParams.get('grant_type') === 'password'
    ? 'password'
    : undefined
}

/**
 * Puts GoTrue's rules before lite's auth server where lite has none: a banned user gets no session and no
 * new token, `invite` and `email` are kinds of verification, an e-mail changes when both addresses agree,
 * a new password ends the other sessions, mails are in Spanish and lead where the app asked, no code makes an
 * account where sign-up is off, and access tokens carry GoTrue's claims.
 */
export function createAuthGate({ auth, db, jwtSecret, mail }: GateOptions): Fetch {
  const { publicUrl, settings } = mail
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
  async function isHalfConfirmed({ type, token_hash: hash }: Verification): Promise<boolean> {
    // Also where Auth confirms sign-ups by itself, and GoTrue takes the first: a stolen session is not enough.
    if (type !== 'email_change' || !hash || !settings.doubleConfirmChanges) return false
    return confirmOneAddress(db, hash, settings.otpExpirySeconds)
  }

  async function verify(call: Call): Promise<Response> {
    const { type, token_hash } = await findVerification(db, call.body)
    if (await isHalfConfirmed({ type, token_hash }))
      return Response.json({ code: '200', msg: FIRST_CONFIRMATION })
    return pass({ ...call, body: token_hash ? { type, token_hash } : { ...call.body, type } })
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

  const requests = createMailRequests(mail, pass)
  const account = createAccountMails(mail, auth, changeUser)

  const routes: Record<string, (call: Call) => Promise<Response>> = {
    'POST /token': token,
    'POST /signup': requests.signUp,
    'POST /verify': verify,
    'GET /verify': createLinkFollower({ db, rules: settings, pass, isHalfConfirmed }),
    // Programs that look at the links of a mail ask so, and lite would take it for a GET and use the link up.
    'HEAD /verify': async () => new Response(null, { status: 405, headers: { allow: 'GET, POST' } }),
    'GET /callback': pass,
    'POST /otp': requests.otp,
    'POST /magiclink': requests.otp,
    'POST /recover': requests.recover,
    'POST /resend': requests.resend,
    'PUT /user': account.updateUser,
    'GET /reauthenticate': account.reauthenticate,
  }

  return async (request) => {
    const url = new URL(request.url)
    // No path of Auth is written with escapes, but lite reads them: /%76erify would pass by what stands here.
    if (url.pathname.includes('%')) return new Response('404 page not found', { status: 404 })
    const route = routes[`${request.method} ${url.pathname.replace(/^\/auth\/v1/, '')}`]
    if (!route) return auth(request)
    try {
      const body = /^(GET|HEAD)$/.test(request.method) ? {} : parse(await request.clone().text())
      // Lite says what is wrong with a body that is no JSON object.
      if (!body) return auth(request)
      return await withCompleteToken(await route({ request, url, body }), complete, methodOf(url))
    } catch (error) {
      if (!(error instanceof AuthError)) throw error
      if (error.cause) console.error('auth:', errorForLog(error.cause))
      const version = request.headers.get('x-supabase-api-version')
      return Response.json(errorBody(error, version), {
        status: error.status,
        headers: errorHeaders(error, version),
      })
    }
  }
}
