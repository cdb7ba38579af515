import { hostnameOf, isLoopback } from '../../settings.ts'
import { AuthError } from '../admin/errors.ts'
import type { Call } from '../context.ts'
import type { OAuthFlow } from './flow.ts'
import type { Provider } from './provider.ts'

/** A browser keeps it as long as the flow may last. */
const KEPT_S = 300

const nameOf = (state: string) => `sb-oauth-${state}`

/** Another name for it is this machine all the same. */
const originOf = (url: string) => {
  const { origin, protocol, port } = new URL(url)
  return isLoopback(hostnameOf(url)) ? `${protocol}//loopback:${port}` : origin
}

/** Can a cookie of ours come back with the browser? Not where config.toml sends it to another server. */
const isOurs = ({ settings }: Provider, publicUrl: string) =>
  originOf(settings.redirectUri) === originOf(publicUrl)

/** Those whose page sends the browser back by a form, which takes cookies along only over TLS. */
const byForm = ({ settings }: Provider) => settings.name === 'apple'

const isBindable = (provider: Provider, publicUrl: string) =>
  isOurs(provider, publicUrl) && (!byForm(provider) || publicUrl.startsWith('https:'))

function cookie(state: string, provider: Provider, seconds: number): string {
  const { pathname, protocol } = new URL(provider.settings.redirectUri)
  const isForm = byForm(provider)
  return [
    `${nameOf(state)}=1`,
    `Path=${pathname}`,
    `Max-Age=${seconds}`,
    'HttpOnly',
    isForm ? 'SameSite=None' : 'SameSite=Lax',
    ...(protocol === 'https:' ? ['Secure'] : []),
  ].join('; ')
}

/** `Set-Cookie` by which a browser shows, coming back, that the flow began in it. */
export const rememberFlow = (state: string, provider: Provider) => cookie(state, provider, KEPT_S)

/** `Set-Cookie` that forgets it. */
export const forgetFlow = (state: string, provider: Provider) => cookie(state, provider, 0)

/**
 * Where a flow is to begin so that its cookie comes back: this machine has several names, and a browser keeps one for
 * each.
 * @returns null for here.
 */
export function otherName({ url, request }: Call, provider: Provider): URL | null {
  const wanted = provider.settings.redirectUri
  const here = `http://${request.headers.get('host') ?? ''}`
  if (!URL.canParse(here)) return null
  const [from, to] = [hostnameOf(here), hostnameOf(wanted)]
  if (from === to || !isLoopback(from) || !isLoopback(to)) return null
  // Another port is that of a proxy, which would send them here again.
  const { origin, port } = new URL(wanted)
  return new URL(here).port === port ? new URL(url.pathname + url.search, origin) : null
}

/**
 * A session that ends in the address goes only to the browser in which its flow began: otherwise whoever has signed in
 * as itself sends somebody else there, who would go on in its account. With PKCE that is the app's verifier to say; and
 * what an app asked for by fetch, to add an identity, has left no cookie.
 * @throws AuthError bad_oauth_state
 */
export function assertSameBrowser(
  { request }: Call,
  flow: OAuthFlow,
  provider: Provider | undefined,
  publicUrl: string,
): void {
  if (flow.auth_code || flow.linking_target_id || !provider || !isBindable(provider, publicUrl)) return
  const names = (request.headers.get('cookie') ?? '').split(';').map((one) => one.split('=', 1)[0]!.trim())
  if (!names.includes(nameOf(flow.id)))
    throw new AuthError(400, 'bad_oauth_state', 'OAuth flow did not begin in this browser')
}
