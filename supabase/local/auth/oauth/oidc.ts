import { createRemoteJWKSet, customFetch as joseFetch, jwtVerify } from 'jose'
import * as openid from 'openid-client'
import { hostnameOf, isLoopback } from '../../settings.ts'
import { type Profile, profileOf } from './profile.ts'
import type { Grant, Provider } from './provider.ts'
import type { ProviderSettings } from './settings.ts'

/** What is particular to a provider of OpenID Connect. */
interface Kind {
  /** Who signs its tokens, unless config.toml names another. */
  issuer: string
  /** Does config.toml choose the issuer? */
  isOwn?: boolean
  scopes: string[]
  usesPkce: boolean
  /** Sent along with every request. */
  extra?: Record<string, string>
  read?(claims: Record<string, unknown>, settings: ProviderSettings, answer?: URLSearchParams): Profile
}

const TENANT = /\/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}(\/|$)/i

/** Apple tells a name once only, beside the code. */
function appleName(answer?: URLSearchParams): Record<string, string> {
  try {
    const { firstName = '', lastName = '' } = JSON.parse(answer?.get('user') ?? '{}').name ?? {}
    const name = `${firstName} ${lastName}`.trim()
    return name ? { name } : {}
  } catch {
    return {}
  }
}

const EMAIL = ['openid', 'email', 'profile']

const KINDS: Record<string, Kind> = {
  google: {
    issuer: 'https://accounts.google.com',
    scopes: EMAIL,
    usesPkce: true,
    read: (claims) => profileOf(claims, { custom: claims.hd ? { hd: claims.hd } : {} }),
  },
  apple: {
    issuer: 'https://appleid.apple.com',
    scopes: ['email', 'name'],
    usesPkce: false,
    extra: { response_mode: 'form_post' },
    read: (claims, _, answer) => profileOf({ ...claims, ...appleName(answer) }, { isVerified: true }),
  },
  azure: {
    issuer: 'https://login.microsoftonline.com/common/v2.0',
    isOwn: true,
    scopes: EMAIL,
    usesPkce: true,
    // Anybody has a tenant, and writes into it whatever address they like: only one's own is believed without
    // Microsoft's word on who owns the domain.
    read: (claims, { url }) =>
      profileOf(claims, {
        isVerified:
          claims.xms_edov === undefined
            ? TENANT.test(url ?? '')
            : [true, 'true', '1', 1].includes(claims.xms_edov as never),
      }),
  },
  keycloak: { issuer: '', isOwn: true, scopes: EMAIL, usesPkce: true },
  gitlab: { issuer: 'https://gitlab.com', isOwn: true, scopes: EMAIL, usesPkce: true },
  linkedin_oidc: { issuer: 'https://www.linkedin.com/oauth', scopes: EMAIL, usesPkce: false },
  slack_oidc: { issuer: 'https://slack.com', scopes: EMAIL, usesPkce: false },
}

/** The names of the providers that speak OpenID Connect. */
export const isOidc = (name: string): boolean => Object.hasOwn(KINDS, name)

/** Who would sign the tokens of a provider that is off. */
export const issuerOf = (name: string): string => KINDS[name]?.issuer ?? ''

const TIMEOUT_S = 10

/** Azure's addresses end in the version that GoTrue leaves out of its config. */
function serverOf(settings: ProviderSettings, kind: Kind): string {
  const url = (kind.isOwn && settings.url) || kind.issuer
  return settings.name === 'azure' && !url.endsWith('/v2.0') ? `${url}/v2.0` : url
}

/**
 * A provider that speaks OpenID Connect. What it says of itself is read when it is first needed: a stack starts while a
 * provider is away.
 * @param fetch how its servers are reached.
 */
export function oidcProvider(settings: ProviderSettings, fetch: typeof globalThis.fetch): Provider {
  const kind = KINDS[settings.name]!
  const server = serverOf(settings, kind)
  let found: Promise<openid.Configuration> | undefined
  const discover = () => {
    found ??= openid
      .discovery(new URL(server), settings.clientIds[0]!, settings.secret, undefined, {
        timeout: TIMEOUT_S,
        [openid.customFetch]: (url, options) => fetch(url, options as RequestInit),
        // By GoTrue's word the signature is looked at, also where the token came straight from the provider.
        execute: [
          openid.enableNonRepudiationChecks,
          // Nobody else sees the connections of this machine.
          ...(isLoopback(hostnameOf(server)) ? [openid.allowInsecureRequests] : []),
        ],
      })
      .catch((error) => {
        found = undefined
        throw error
      })
    return found
  }

  let keys: ReturnType<typeof createRemoteJWKSet> | undefined
  const read = kind.read ?? ((claims: Record<string, unknown>) => profileOf(claims))

  return {
    settings,
    usesPkce: kind.usesPkce,
    async begin({ state, verifier }, scopes, extra) {
      return openid.buildAuthorizationUrl(await discover(), {
        ...extra,
        ...kind.extra,
        redirect_uri: settings.redirectUri,
        scope: [...new Set([...kind.scopes, ...scopes])].join(' '),
        state,
        ...(verifier && {
          code_challenge: await openid.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
        }),
      })
    },
    async finish(answer, { state, verifier }): Promise<Grant> {
      const here = new URL(settings.redirectUri)
      here.search = String(answer)
      const tokens = await openid.authorizationCodeGrant(await discover(), here, {
        expectedState: state,
        idTokenExpected: true,
        ...(verifier && { pkceCodeVerifier: verifier }),
      })
      return {
        profile: read({ ...tokens.claims() }, settings, answer),
        accessToken: tokens.access_token,
        refreshToken: tokens.refresh_token ?? '',
      }
    },
    idToken: {
      issuer: server,
      async verify(token) {
        const { issuer, jwks_uri } = (await discover()).serverMetadata()
        if (!jwks_uri) throw new Error(`${settings.name} does not tell its keys`)
        keys ??= createRemoteJWKSet(new URL(jwks_uri), { [joseFetch]: fetch })
        const { payload } = await jwtVerify(token, keys, { clockTolerance: 5 })
        // Azure's is of the tenant of whoever signs in.
        const expected = issuer.replace('{tenantid}', String(payload.tid))
        if (payload.iss !== expected) throw new Error('the token is of another issuer')
        return payload
      },
      profileOf: (claims) => read({ ...claims }, settings),
    },
  }
}
