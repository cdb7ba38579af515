import { errorForLog } from '../../../../server/process/log-redaction.ts'
import { userNotFound, validationFailed } from '../admin/errors.ts'
import { requireCaller } from '../caller.ts'
import { type AuthContext, type Call, json, type Route } from '../context.ts'
import { assertLinking } from '../identities/unlink.ts'
import { readChallenge } from '../mail/flow.ts'
import { redirectOf } from '../mail/redirect.ts'
import { otherName, rememberFlow } from './browser.ts'
import { startOAuth } from './flow.ts'
import { inviteeOf } from './invite.ts'
import type { Provider } from './provider.ts'
import type { Providers } from './providers.ts'
import { providerOf } from './providers.ts'

/** What is ours to say to a provider, or is not for it. An app sees no token that a nonce of its own would be in. */
const OURS = new Set([
  'client_id',
  'client_secret',
  'redirect_uri',
  'response_type',
  'state',
  'code_challenge',
  'code_challenge_method',
  'code_verifier',
  'nonce',
  'scope',
  'scopes',
  'provider',
  'redirect_to',
  'invite_token',
  'skip_http_redirect',
  'apikey',
])

/**
 * Begins a flow. @returns where the person is to be sent.
 * @param linkTo whose account the identity is to be added to; null where it is to sign in.
 */
async function begin(
  context: AuthContext,
  provider: Provider,
  call: Call,
  linkTo: string | null,
): Promise<{ url: URL; state: string }> {
  const { url, request } = call
  const query = url.searchParams
  const inviteToken = query.get('invite_token')
  if (inviteToken && !(await inviteeOf(context.db.pool, inviteToken)))
    throw userNotFound('User identified by token not found')
  const challenge = readChallenge(Object.fromEntries(query))
  const scopes = (query.get('scopes') ?? '').split(/[\s,]+/).filter(Boolean)
  const extra = Object.fromEntries([...query].filter(([name]) => !OURS.has(name.toLowerCase())))
  const secrets = await context.db.transaction('Error creating flow state', (tx) =>
    startOAuth(
      tx,
      {
        challenge,
        providerType: provider.settings.name,
        inviteToken,
        referrer: redirectOf(request, context.settings),
        linkingTargetId: linkTo,
      },
      provider,
    ),
  )
  const to = await provider.begin(secrets, scopes, extra).catch((error) => {
    console.error(`auth: ${provider.settings.name} cannot be asked:`, errorForLog(error))
    throw validationFailed('Unsupported provider: it does not answer')
  })
  return { url: to, state: secrets.state }
}

const found = (url: URL, headers: Record<string, string> = {}) =>
  new Response(null, { status: 302, headers: { location: url.href, ...headers } })

/** GET /authorize: a browser goes to a provider to sign in. */
export const authorize =
  (context: AuthContext, providers: Providers): Route =>
  async (call) => {
    const provider = providerOf(providers, call.url.searchParams.get('provider') ?? '')
    const other = otherName(call, provider)
    if (other) return found(other)
    const { url, state } = await begin(context, provider, call, null)
    return found(url, { 'set-cookie': rememberFlow(state, provider) })
  }

/** GET /user/identities/authorize: the same, to add an identity to the caller's account. */
export const authorizeLink =
  (context: AuthContext, providers: Providers): Route =>
  async (call) => {
    const { user } = await requireCaller(context, call)
    assertLinking(context)
    const provider = providerOf(providers, call.url.searchParams.get('provider') ?? '')
    const { url } = await begin(context, provider, call, user.id)
    return call.url.searchParams.get('skip_http_redirect') === 'true' ? json({ url: url.href }) : found(url)
  }
