import { setTimeout as sleep } from 'node:timers/promises'
import { decodeJwt } from 'jose'
import { errorForLog } from '../../../server/process/log-redaction.ts'
import type { AuthDatabase } from './admin/database.ts'
import { AuthError, errorBody, errorHeaders } from './admin/errors.ts'
import type { Fetch } from './calls.ts'
import { isPassword } from './hashing.ts'

/** After so long a request for a mail is answered, whoever the address belongs to. */
const MAIL_ANSWER_MS = 600

/** What is wrong with a request whatever address it names. */
const ABOUT_THE_REQUEST = new Set(['validation_failed', 'bad_json', 'email_provider_disabled'])

interface Account {
  hash: string | null
  is_confirmed: boolean
  is_banned: boolean
}

const text = (value: unknown) => (typeof value === 'string' ? value : '')

async function bodyOf(request: Request): Promise<Record<string, unknown>> {
  try {
    return Object(await request.clone().json())
  } catch {
    return {}
  }
}

function refuse(request: Request, error: AuthError): Response {
  const version = request.headers.get('x-supabase-api-version')
  return Response.json(errorBody(error, version), {
    status: error.status,
    headers: errorHeaders(error, version),
  })
}

/**
 * Puts before an auth server what keeps it from telling who has an account: a sign-in is checked against a password
 * where there is none, what is wrong with an account is told only to who knows its password, and a request for a mail
 * is answered with the same, after the same time.
 * @param auth answers the rest.
 */
export function createDiscreetAuth(auth: Fetch, db: AuthDatabase): Fetch {
  const accountOf = async (email: string): Promise<Account | undefined> =>
    (
      await db.query<Account & Record<string, unknown>>(
        `select encrypted_password as hash, confirmed_at is not null as is_confirmed,
           coalesce(banned_until > now(), false) as is_banned
         from auth.users where email = $1 and not is_sso_user`,
        [email],
      )
    )[0]

  const invalid = (request: Request) =>
    refuse(request, new AuthError(400, 'invalid_credentials', 'Invalid login credentials'))

  async function signIn(request: Request): Promise<Response> {
    const body = await bodyOf(request)
    const [email, password] = [text(body.email).toLowerCase(), text(body.password)]
    if (!email || !password) return auth(request)
    const account = await accountOf(email)
    // The auth server compares only where there is a password of an account that may enter.
    const isCompared = account?.hash && account.is_confirmed && !account.is_banned
    if (!isCompared && !(await isPassword(password, account?.hash)) && account) return invalid(request)
    const response = await auth(request)
    if (!response.ok) return response
    // A password that was changed meanwhile has ended its sessions; this one may have begun after that.
    if ((await accountOf(email))?.hash === account?.hash) return response
    const { session_id } = decodeJwt((await response.json()).access_token)
    await db.query('delete from auth.sessions where id = $1', [session_id])
    return invalid(request)
  }

  async function askForMail(request: Request): Promise<Response> {
    const log = (error: unknown) => console.error('auth:', errorForLog(error))
    const work = auth(request).catch(log)
    const [answer] = await Promise.all([Promise.race([work, sleep(MAIL_ANSWER_MS)]), sleep(MAIL_ANSWER_MS)])
    const isRequestWrong = answer && ABOUT_THE_REQUEST.has(answer.headers.get('x-sb-error-code') ?? '')
    return isRequestWrong ? answer : Response.json({})
  }

  return async (request) => {
    if (request.method !== 'POST') return auth(request)
    const { pathname, searchParams } = new URL(request.url)
    const path = pathname.replace(/^\/auth\/v1/, '').replace(/\/+$/, '')
    if (path === '/token' && searchParams.get('grant_type') === 'password')
      return signIn(request).catch((error) => {
        if (!(error instanceof AuthError)) throw error
        return refuse(request, error)
      })
    if (/^\/(otp|magiclink|recover|resend)$/.test(path)) return askForMail(request)
    return auth(request).catch((error) => {
      if (!(error instanceof AuthError)) throw error
      return refuse(request, error)
    })
  }
}
