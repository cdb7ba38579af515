import { errorForLog } from '../../../../server/process/log-redaction.ts'
import { AuthError, unexpectedFailure } from '../admin/errors.ts'
import { isUuid } from '../admin/params.ts'
import type { AuthContext, Call, Route } from '../context.ts'
import type { Tx } from '../database.ts'
import { linkIdentity } from '../identities/link.ts'
import { isAllowed, redirectTo } from '../mail/redirect.ts'
import { endFlow } from '../records/flow-state.ts'
import { findUser, lockUser } from '../records/users.ts'
import { issueSession, type SessionAnswer } from '../tokens/issue.ts'
import { accountOf } from './account.ts'
import { assertSameBrowser, forgetFlow } from './browser.ts'
import { findOpenFlow, lockOpenFlow, type OAuthFlow, takeVerifier } from './flow.ts'
import { acceptInvite } from './invite.ts'
import type { Grant, Provider } from './provider.ts'
import { type Providers, providerOfFlow } from './providers.ts'
import { ProviderError, tellError } from './tell.ts'

/** Apple sends people back by a form. */
function answerOf({ request, url, body }: Call): URLSearchParams {
  if (request.method !== 'POST') return url.searchParams
  const fields = Object.entries(body).filter(
    (field): field is [string, string] => typeof field[1] === 'string',
  )
  return new URLSearchParams([...url.searchParams, ...fields])
}

/** @throws AuthError bad_oauth_callback, bad_oauth_state, flow_state_already_used */
async function flowOf(
  { db, publicUrl }: AuthContext,
  providers: Providers,
  call: Call,
  answer: URLSearchParams,
): Promise<OAuthFlow> {
  const state = answer.get('state')
  if (!state) throw new AuthError(400, 'bad_oauth_callback', 'OAuth state parameter missing')
  if (!isUuid(state)) throw new AuthError(400, 'bad_oauth_state', 'OAuth state parameter is invalid')
  const flow = await findOpenFlow(db.pool, state)
  assertSameBrowser(call, flow, providers.get(flow.provider_type), publicUrl)
  if (flow.linking_target_id)
    await findUser(db.pool, flow.linking_target_id).catch(() => {
      throw new AuthError(422, 'user_not_found', 'Linking target user not found')
    })
  return flow
}

/** Exchanges the code, which nothing of ours waits for. @throws AuthError, ProviderError */
async function exchange(
  { db }: AuthContext,
  providers: Providers,
  flow: OAuthFlow,
  answer: URLSearchParams,
): Promise<Grant> {
  const refused = answer.get('error')
  if (refused) throw new ProviderError(refused, answer.get('error_description') ?? '')
  if (!answer.get('code'))
    throw new AuthError(400, 'bad_oauth_callback', 'OAuth callback with missing authorization code missing')
  const provider = providerOfFlow(providers, flow.provider_type)
  const secrets = await takeVerifier(db.pool, flow, provider)
  const grant = await provider.finish(answer, secrets).catch((error) => {
    console.error(`auth: ${flow.provider_type} did not take a code:`, errorForLog(error))
    throw unexpectedFailure('Unable to exchange external code')
  })
  if (!grant.profile.sub) throw unexpectedFailure('Error getting user profile from external provider')
  if (!grant.profile.email && !provider.settings.isEmailOptional)
    throw unexpectedFailure('Error getting user email from external provider')
  return grant
}

async function userOf(
  tx: Tx,
  context: AuthContext,
  call: Call,
  flow: OAuthFlow,
  { profile }: Grant,
  isEmailOptional: boolean,
): Promise<string> {
  const { provider_type: name, linking_target_id: target, invite_token: invite } = flow
  if (target) {
    await linkIdentity(tx, context, call, target, name, profile)
    return target
  }
  if (invite) return acceptInvite(tx, invite, name, profile, context.settings)
  return accountOf(tx, context, call, { name, isEmailOptional }, profile)
}

/** What the app gets: a session, or the code that it exchanges for one. */
async function finish(
  context: AuthContext,
  call: Call,
  flow: OAuthFlow,
  grant: Grant,
  isEmailOptional: boolean,
): Promise<SessionAnswer | { code: string }> {
  // Where a mail may have to be sent, those of the mails wait for it.
  const db = grant.profile.email?.verified ? context.db : context.mailDb
  return db.transaction('Database error saving new user', async (tx) => {
    // The user first, as everybody who locks both.
    if (flow.linking_target_id) await lockUser(tx, flow.linking_target_id)
    const open = await lockOpenFlow(tx, flow.id)
    const userId = await userOf(tx, context, call, open, grant, isEmailOptional)
    if (open.auth_code) {
      await tx.query(
        `update auth.flow_state set user_id = $2, provider_access_token = $3, provider_refresh_token = $4,
           auth_code_issued_at = now(), updated_at = now() where id = $1`,
        [open.id, userId, grant.accessToken, grant.refreshToken],
      )
      return { code: open.auth_code }
    }
    const session = await issueSession(tx, context, call, userId, 'oauth')
    await endFlow(tx, open.id)
    return session
  })
}

const FRAGMENT = ['access_token', 'expires_at', 'expires_in', 'refresh_token', 'token_type'] as const

/** A flow ends once: its cookie goes. */
function found({ headers }: Response, state: string, provider: Provider): Response {
  const answer = new Response(null, { status: 302, headers })
  answer.headers.append('set-cookie', forgetFlow(state, provider))
  return answer
}

/** GET and POST /callback: somebody comes back from a provider. What is wrong is told where the flow was to end. */
export function callback(context: AuthContext, providers: Providers): Route {
  const { settings } = context
  return async (call) => {
    const answer = answerOf(call)
    let target = settings.siteUrl
    let flow: OAuthFlow | undefined
    try {
      flow = await flowOf(context, providers, call, answer)
      if (flow.referrer && isAllowed(flow.referrer, settings)) target = flow.referrer
      const grant = await exchange(context, providers, flow, answer)
      const provider = providerOfFlow(providers, flow.provider_type)
      const result = await finish(context, call, flow, grant, provider.settings.isEmailOptional)
      const go = (to: Response) => found(to, flow!.id, provider)
      if ('code' in result) return go(redirectTo(target, { query: { code: result.code } }))
      const session = Object.fromEntries(FRAGMENT.map((name) => [name, String(result[name])]))
      const tokens = {
        provider_token: grant.accessToken,
        ...(grant.refreshToken && { provider_refresh_token: grant.refreshToken }),
      }
      return go(redirectTo(target, { fragment: { ...tokens, ...session, sb: '' } }))
    } catch (error) {
      return tellError(target, error, flow === undefined)
    }
  }
}
