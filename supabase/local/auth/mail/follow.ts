import { decodeJwt } from 'jose'
import type { AuthDatabase } from '../admin/database.ts'
import { AuthError } from '../admin/errors.ts'
import { FIRST_CONFIRMATION, findVerification, type Verification } from '../admin/verification.ts'
import type { Call, Pass } from '../calls.ts'
import { type FlowMethod, issueAuthCode, PKCE_PREFIX } from './flow.ts'
import { type RedirectRules, redirectOf, redirectTo } from './redirect.ts'

const FLOWS: Record<string, FlowMethod> = {
  signup: 'email/signup',
  magiclink: 'magiclink',
  recovery: 'recovery',
  email_change: 'email_change',
}

interface FollowOptions {
  db: AuthDatabase
  rules: RedirectRules
  /** Lite, where what is missing or unknown is refused. */
  pass: Pass
  /** Notes the first of two confirmations. @returns true when the other address has yet to agree. */
  isHalfConfirmed(verification: Verification): Promise<boolean>
}

/** What lite answered to a code. @throws AuthError as lite refused it. */
async function sessionOf(response: Response) {
  const body = await response.json()
  if (response.ok) return body as Record<string, unknown> & { access_token: string; user: { id: string } }
  throw new AuthError(response.status, body.error_code ?? body.code, body.msg ?? body.message)
}

/**
 * GET /verify: the link of a mail is followed. It leads to where the app asked, if that is allowed, with a session in
 * the fragment or, for a PKCE flow, with a code that only the app that began it can exchange.
 */
export function createLinkFollower({ db, rules, pass, isHalfConfirmed }: FollowOptions) {
  const verify = async ({ request, url }: Call, verification: Verification) => {
    // Its headers are those of a browser that asked for a page.
    const apikey = request.headers.get('apikey')
    const headers = { ...(apikey && { apikey }), 'content-type': 'application/json' }
    const target = new URL('/auth/v1/verify', url)
    const asked = new Request(target, { method: 'POST', headers })
    return sessionOf(await pass({ request: asked, url: target, body: { ...verification } }))
  }

  /** The session that lite opened goes: who followed the link may not be the app that began the flow. */
  async function codeFor(userId: string, accessToken: string, method: FlowMethod): Promise<string> {
    const { session_id } = decodeJwt(accessToken)
    return db.transaction('Database error issuing an auth code', async (tx) => {
      await tx.query('delete from auth.sessions where id = $1', [session_id])
      return issueAuthCode(tx, userId, method)
    })
  }

  return async function followLink(call: Call): Promise<Response> {
    const type = call.url.searchParams.get('type') ?? ''
    const token = call.url.searchParams.get('token') ?? ''
    if (!type || !token) return pass(call)
    const isPkce = token.startsWith(PKCE_PREFIX)
    const target = redirectOf(call.request, rules)
    const tell = (told: Record<string, string>) =>
      redirectTo(target, { query: isPkce ? told : {}, fragment: { ...told, sb: '' } })
    try {
      const verification = await findVerification(db, { type, token_hash: token })
      if (await isHalfConfirmed(verification)) return tell({ message: FIRST_CONFIRMATION })
      const session = await verify(call, verification)
      const flow = FLOWS[String(verification.type)]
      if (isPkce && flow)
        return redirectTo(target, {
          query: { code: await codeFor(session.user.id, session.access_token, flow) },
        })
      const fragment = ['access_token', 'expires_at', 'expires_in', 'refresh_token', 'token_type'].map(
        (name) => [name, String(session[name])],
      )
      return redirectTo(target, { fragment: { ...Object.fromEntries(fragment), sb: '', type } })
    } catch (error) {
      if (!(error instanceof AuthError)) throw error
      const { code, message } = error
      return tell({ error: 'access_denied', error_code: code, error_description: message })
    }
  }
}
