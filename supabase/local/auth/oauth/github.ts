import * as openid from 'openid-client'
import { type Profile, profileOf } from './profile.ts'
import type { Provider } from './provider.ts'
import type { ProviderSettings } from './settings.ts'

interface Account {
  id: number
  login: string
  name: string | null
  avatar_url: string
}

interface Address {
  email: string
  primary: boolean
  verified: boolean
}

const TIMEOUT_S = 10

/** GitHub, which speaks OAuth 2.0 and tells of people by an API of its own. */
export function githubProvider(settings: ProviderSettings, fetch: typeof globalThis.fetch): Provider {
  const site = settings.url ?? 'https://github.com'
  const api = settings.url ? `${settings.url}/api/v3` : 'https://api.github.com'
  const configuration = new openid.Configuration(
    {
      issuer: site,
      authorization_endpoint: `${site}/login/oauth/authorize`,
      token_endpoint: `${site}/login/oauth/access_token`,
    },
    settings.clientIds[0]!,
    settings.secret,
  )
  configuration.timeout = TIMEOUT_S
  configuration[openid.customFetch] = (url, options) => fetch(url, options as RequestInit)

  async function ask<T>(path: string, token: string): Promise<T> {
    const response = await openid.fetchProtectedResource(configuration, token, new URL(api + path), 'GET')
    if (!response.ok) throw new Error(`GitHub answered ${response.status} to ${path}`)
    return response.json()
  }

  async function profileBy(token: string): Promise<Profile> {
    const account = await ask<Account>('/user', token)
    const addresses = (await ask<Address[]>('/user/emails', token)).filter(({ email }) => email)
    const primary = addresses.find((address) => address.primary) ?? addresses.at(-1)
    const profile = profileOf(
      {
        iss: api,
        sub: String(account.id),
        name: account.name,
        preferred_username: account.login,
        email: primary?.email,
        email_verified: primary?.verified,
      },
      {},
    )
    return {
      ...profile,
      verifiedEmails: addresses.filter(({ verified }) => verified).map(({ email }) => email.toLowerCase()),
      claims: { ...profile.claims, avatar_url: account.avatar_url, user_name: account.login },
    }
  }

  return {
    settings,
    usesPkce: true,
    async begin({ state, verifier }, scopes, extra) {
      return openid.buildAuthorizationUrl(configuration, {
        ...extra,
        redirect_uri: settings.redirectUri,
        scope: [...new Set(['user:email', ...scopes])].join(' '),
        state,
        ...(verifier && {
          code_challenge: await openid.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
        }),
      })
    },
    async finish(answer, { state, verifier }) {
      const here = new URL(settings.redirectUri)
      here.search = String(answer)
      // It names itself by another address than that of its endpoints.
      here.searchParams.delete('iss')
      const tokens = await openid.authorizationCodeGrant(configuration, here, {
        expectedState: state,
        ...(verifier && { pkceCodeVerifier: verifier }),
      })
      return {
        profile: await profileBy(tokens.access_token),
        accessToken: tokens.access_token,
        refreshToken: tokens.refresh_token ?? '',
      }
    },
  }
}
