import { errorForLog } from '../../../../server/process/log-redaction.ts'
import { AuthError, validationFailed } from '../admin/errors.ts'
import type { AuthContext, Call } from '../context.ts'
import { PKCE_PREFIX } from '../mail/flow.ts'
import { redirectOf, redirectTo } from '../mail/redirect.ts'
import { type FlowMethod, issueAuthCode } from '../records/flow-state.ts'
import { issueSession, type SessionAnswer } from '../tokens/issue.ts'
import { FIRST_CONFIRMATION, useCode } from './confirm.ts'
import { type FoundCode, findCode } from './find-code.ts'

const FLOWS: Record<FoundCode['type'], FlowMethod> = {
  signup: 'email/signup',
  invite: 'invite',
  magiclink: 'magiclink',
  recovery: 'recovery',
  email_change: 'email_change',
}

const OAUTH_ERRORS: Record<number, string> = {
  400: 'invalid_request',
  401: 'unauthorized_client',
  403: 'access_denied',
  500: 'server_error',
  503: 'temporarily_unavailable',
}

type Followed = { message: string } | { code: string } | { session: SessionAnswer }

/**
 * GET /verify: the link of a mail is followed. It leads to where the app asked, if that is allowed, with a session in
 * the fragment or, for a PKCE flow, with a code that only the app that began it can exchange.
 */
export function followLink(context: AuthContext) {
  const { db, settings } = context

  const follow = (call: Call, type: string, hash: string) =>
    db.transaction('Database error verifying a link', async (tx): Promise<Followed> => {
      const found = await findCode(tx, { type, hash }, settings)
      const user = await useCode(tx, found, settings)
      if (!user) return { message: FIRST_CONFIRMATION }
      if (hash.startsWith(PKCE_PREFIX)) return { code: await issueAuthCode(tx, user.id, FLOWS[found.type]) }
      return { session: await issueSession(tx, context, call, user.id, 'otp') }
    })

  return async (call: Call): Promise<Response> => {
    const type = call.url.searchParams.get('type') ?? ''
    const token = call.url.searchParams.get('token') ?? ''
    if (!type) throw validationFailed('Verify requires a verification type')
    if (!token) throw validationFailed('Verify requires a token or a token hash')
    const target = redirectOf(call.request, settings)
    const tell = (told: Record<string, string>) =>
      redirectTo(target, {
        query: token.startsWith(PKCE_PREFIX) ? told : {},
        fragment: { ...told, sb: '' },
      })
    try {
      const followed = await follow(call, type, token)
      if ('message' in followed) return tell({ message: followed.message })
      if ('code' in followed) return redirectTo(target, { query: { code: followed.code } })
      const { session } = followed
      return redirectTo(target, {
        // In Go's order.
        fragment: {
          access_token: session.access_token,
          expires_at: String(session.expires_at),
          expires_in: String(session.expires_in),
          refresh_token: session.refresh_token,
          sb: '',
          token_type: session.token_type,
          type,
        },
      })
    } catch (error) {
      if (!(error instanceof AuthError)) throw error
      if (error.cause) console.error('auth:', errorForLog(error.cause))
      const { status, code, message } = error
      const named = OAUTH_ERRORS[status]
      return tell({ ...(named && { error: named }), error_code: code, error_description: message })
    }
  }
}

/** HEAD /verify: programs that look at the links of a mail ask so, and must not use them up. */
export const lookAtLink = async (): Promise<Response> =>
  new Response(null, { status: 405, headers: { allow: 'GET, POST' } })
