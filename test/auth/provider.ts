// A provider of accounts, an Auth that asks it, and an app that goes from one to the other.
import { randomUUID } from 'node:crypto'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, beforeEach, expect, inject } from 'vitest'
import { type OidcProvider, startOidc } from '../support/oidc.ts'
import { type AuthServer, newEmail, ok, startAuth } from './support.ts'

export const SITE = 'https://app.triboka.ec'
export const APP = 'triboka://entrar'

export let oidc: OidcProvider
export let server: AuthServer
export let strict: AuthServer

const external = () => ({
  keycloak: { enabled: true, client_id: 'triboka,telefono', secret: oidc.secret, url: oidc.issuer },
  google: { enabled: false },
})

export const somebody = (more: object = {}) => ({
  sub: randomUUID(),
  email: newEmail('oauth'),
  email_verified: true,
  name: 'Rosa Mera',
  ...more,
})
/** An app that keeps what it must while its person is away. */
export function app(url: string, flowType: 'pkce' | 'implicit'): SupabaseClient {
  const kept = new Map<string, string>()
  return createClient(url, inject('stack').publishableKey, {
    auth: {
      flowType,
      autoRefreshToken: false,
      detectSessionInUrl: false,
      storage: {
        getItem: (key) => kept.get(key) ?? null,
        setItem: (key, value) => void kept.set(key, value),
        removeItem: (key) => void kept.delete(key),
      },
    },
  })
}

/** What a browser keeps, whoever set it: all here have one address. */
const cookies = new Map<string, string>()

export const step = async (url: string | URL) => {
  const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
  const answer = await fetch(url, { redirect: 'manual', headers: { cookie } })
  expect(answer.status).toBe(302)
  for (const set of answer.headers.getSetCookie()) {
    const [name, value] = set.split(';', 1)[0]!.split('=') as [string, string]
    if (/Max-Age=0(;|$)/.test(set)) cookies.delete(name)
    else cookies.set(name, value)
  }
  return new URL(answer.headers.get('location')!)
}

/** What a browser does: to Auth, to the provider, back to Auth, and to the app. */
export const travel = async (url: string) => step(await step(await step(url)))

export const begin = async (who: SupabaseClient, redirectTo = APP) =>
  ok(
    await who.auth.signInWithOAuth({
      provider: 'keycloak',
      options: { redirectTo, skipBrowserRedirect: true },
    }),
  ).url!

/** Starts them for a file of tests. */
export function useProvider(): void {
  beforeAll(async () => {
    oidc = await startOidc()
    const config = { site_url: SITE, additional_redirect_urls: ['triboka://**'], external: external() }
    server = await startAuth({ ...config, enable_manual_linking: true, enable_anonymous_sign_ins: true })
    strict = await startAuth({ ...config, email: { enable_confirmations: true, max_frequency: '0s' } })
  })
  afterAll(() => Promise.all([server?.close(), strict?.close(), oidc?.close()]))
  beforeEach(() => {
    oidc.person = somebody()
  })
}
