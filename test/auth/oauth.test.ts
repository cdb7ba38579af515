import { createHash, randomUUID } from 'node:crypto'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { client } from '../support/client.ts'
import { type OidcProvider, startOidc } from '../support/oidc.ts'
import { sql } from '../support/sql.ts'
import { told } from './app.ts'
import { type AuthServer, newEmail, ok, PASSWORD, startAuth } from './support.ts'

const SITE = 'https://app.triboka.ec'
const APP = 'triboka://entrar'

let oidc: OidcProvider
let server: AuthServer
let strict: AuthServer

const external = () => ({
  keycloak: { enabled: true, client_id: 'triboka,telefono', secret: oidc.secret, url: oidc.issuer },
  google: { enabled: false },
})

beforeAll(async () => {
  oidc = await startOidc()
  const config = { site_url: SITE, additional_redirect_urls: ['triboka://**'], external: external() }
  server = await startAuth({ ...config, enable_manual_linking: true })
  strict = await startAuth({ ...config, email: { enable_confirmations: true, max_frequency: '0s' } })
})
afterAll(() => Promise.all([server?.close(), strict?.close(), oidc?.close()]))

const somebody = (more: object = {}) => ({
  sub: randomUUID(),
  email: newEmail('oauth'),
  email_verified: true,
  name: 'Rosa Mera',
  ...more,
})
beforeEach(() => {
  oidc.person = somebody()
})

/** An app that keeps what it must while its person is away. */
function app(url: string, flowType: 'pkce' | 'implicit'): SupabaseClient {
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

const step = async (url: string | URL) => {
  const answer = await fetch(url, { redirect: 'manual' })
  expect(answer.status).toBe(302)
  return new URL(answer.headers.get('location')!)
}

/** What a browser does: to Auth, to the provider, back to Auth, and to the app. */
const travel = async (url: string) => step(await step(await step(url)))

const begin = async (who: SupabaseClient, redirectTo = APP) =>
  ok(
    await who.auth.signInWithOAuth({
      provider: 'keycloak',
      options: { redirectTo, skipBrowserRedirect: true },
    }),
  ).url!

describe('entrar por un proveedor', () => {
  test('con PKCE la app cambia el código por la sesión, con los tokens del proveedor', async () => {
    const who = app(server.url, 'pkce')
    const arrival = await travel(await begin(who))
    expect(arrival.href).toMatch(/^triboka:\/\/entrar\?code=[\da-f-]{36}$/)
    const { session, user } = ok(await who.auth.exchangeCodeForSession(arrival.searchParams.get('code')!))
    expect(session).toMatchObject({
      provider_token: 'acceso-del-proveedor',
      provider_refresh_token: 'renovacion-del-proveedor',
    })
    expect(user).toMatchObject({
      email: oidc.person.email,
      app_metadata: { provider: 'keycloak', providers: ['keycloak'] },
      user_metadata: { full_name: 'Rosa Mera', email_verified: true, sub: oidc.person.sub },
      identities: [{ provider: 'keycloak', id: oidc.person.sub, email: oidc.person.email }],
    })
    expect(decodeJwt(session.access_token).amr).toMatchObject([{ method: 'oauth' }])
    expect((await who.auth.getUser()).data.user?.id).toBe(user.id)
  })

  test('sin PKCE la sesión va en el fragmento, y la segunda vez es la misma cuenta', async () => {
    const ids = []
    for (const name of ['Rosa Mera', 'Rosa Mera de Vera']) {
      oidc.person.name = name
      const who = app(server.url, 'implicit')
      const arrival = await travel(await begin(who))
      expect(arrival.search).toBe('')
      const values = told(arrival)
      expect(values.get('provider_token')).toBe('acceso-del-proveedor')
      const { user } = ok(await who.auth.getUser(values.get('access_token')!))
      expect(user.user_metadata.name).toBe(name)
      ids.push(user.id)
    }
    expect(ids[0]).toBe(ids[1])
  })

  test('un correo que el proveedor comprobó es de la cuenta confirmada que ya lo tiene', async () => {
    const { admin } = client(server.url, inject('stack').secretKey).auth
    const { user } = ok(
      await admin.createUser({ email: oidc.person.email!, password: PASSWORD, email_confirm: true }),
    )
    const who = app(server.url, 'pkce')
    const arrival = await travel(await begin(who))
    const session = ok(await who.auth.exchangeCodeForSession(arrival.searchParams.get('code')!))
    expect(session.user.id).toBe(user!.id)
    expect(session.user.app_metadata.providers).toEqual(['email', 'keycloak'])
    const signedIn = await client(server.url, inject('stack').publishableKey).auth.signInWithPassword({
      email: oidc.person.email!,
      password: PASSWORD,
    })
    expect(signedIn.error).toBeNull()
  })

  test('la contraseña que un extraño puso a una cuenta sin confirmar no queda', async () => {
    const { admin } = client(strict.url, inject('stack').secretKey).auth
    ok(await admin.createUser({ email: oidc.person.email!, password: PASSWORD }))
    const who = app(strict.url, 'pkce')
    const arrival = await travel(await begin(who))
    const { user } = ok(await who.auth.exchangeCodeForSession(arrival.searchParams.get('code')!))
    expect(user.identities?.map(({ provider }) => provider)).toEqual(['keycloak'])
    const { error } = await app(strict.url, 'pkce').auth.signInWithPassword({
      email: oidc.person.email!,
      password: PASSWORD,
    })
    expect(error).toMatchObject({ code: 'invalid_credentials' })
  })

  test('un correo sin comprobar se confirma por carta, y la cuenta de otro no se toma', async () => {
    oidc.person.email_verified = false
    const arrival = await travel(await begin(app(strict.url, 'implicit')))
    expect(told(arrival).get('error_code')).toBe('provider_email_needs_verification')
    expect(strict.mails.at(-1)?.to).toBe(oidc.person.email)

    const { admin } = client(strict.url, inject('stack').secretKey).auth
    const email = newEmail()
    const { user } = ok(await admin.createUser({ email, password: PASSWORD, email_confirm: true }))
    oidc.person = somebody({ email, email_verified: false })
    expect(told(await travel(await begin(app(strict.url, 'implicit')))).get('error')).toBe('access_denied')
    expect(ok(await admin.getUserById(user!.id)).user?.identities).toHaveLength(1)
  })

  test('donde Auth confirma solo, tampoco se toma la cuenta de otro por un correo sin comprobar', async () => {
    const { admin } = client(server.url, inject('stack').secretKey).auth
    const { user: owner } = ok(
      await admin.createUser({ email: oidc.person.email!, password: PASSWORD, email_confirm: true }),
    )
    oidc.person.email_verified = false
    const who = app(server.url, 'implicit')
    const token = told(await travel(await begin(who))).get('access_token')!
    const { user } = ok(await who.auth.getUser(token))
    expect(user.id).not.toBe(owner!.id)
    expect(user.email).toBe('')

    oidc.person = { ...oidc.person, sub: randomUUID(), email_verified: true }
    const own = told(await travel(await begin(who))).get('access_token')!
    expect(ok(await who.auth.getUser(own)).user.id).toBe(owner!.id)
  })

  test('un estado sirve una vez', async () => {
    const toProvider = await step(await begin(app(server.url, 'implicit')))
    const back = await step(toProvider)
    await step(back)
    const again = await fetch(back, { redirect: 'manual' })
    expect(again.status).toBe(303)
    expect(new URL(again.headers.get('location')!).searchParams.get('error_code')).toBe('bad_oauth_state')
  })

  test('lo que el proveedor rechaza se dice donde la app esperaba', async () => {
    const toProvider = await step(await begin(app(server.url, 'pkce')))
    const query = new URLSearchParams({
      state: toProvider.searchParams.get('state')!,
      error: 'access_denied',
      error_description: 'no quiso',
    })
    const arrival = await step(`${server.url}/auth/v1/callback?${query}`)
    expect(arrival.href).toContain(APP)
    expect(told(arrival).get('error_description')).toBe('no quiso')
  })

  test('un código ajeno no se cambia, y la app lo sabe', async () => {
    const toProvider = await step(await begin(app(server.url, 'pkce')))
    const query = new URLSearchParams({ state: toProvider.searchParams.get('state')!, code: 'ajeno' })
    const arrival = await step(`${server.url}/auth/v1/callback?${query}`)
    expect(told(arrival).get('error')).toBe('server_error')
  })

  test('a donde no se permite no se va: se llega al sitio', async () => {
    const who = app(server.url, 'implicit')
    expect((await travel(await begin(who, 'https://malo.test/'))).href.startsWith(SITE)).toBe(true)
  })

  test.each([
    ['google', 'Unsupported provider: provider is not enabled'],
    ['facebook', 'Unsupported provider: provider is not enabled'],
    ['ninguno', 'Unsupported provider: Provider ninguno could not be found'],
  ])('%s está apagado', async (provider, msg) => {
    const answer = await fetch(`${server.url}/auth/v1/authorize?provider=${provider}`, { redirect: 'manual' })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toEqual({ code: 400, error_code: 'validation_failed', msg })
  })

  test('un parámetro de la app no cambia los de Auth', async () => {
    const url = `${server.url}/auth/v1/authorize?provider=keycloak&state=x&redirect_uri=https://malo.test&prompt=login`
    const { searchParams } = await step(url)
    expect(searchParams.get('redirect_uri')).toBe(`${server.url}/auth/v1/callback`)
    expect(searchParams.get('state')).toMatch(/^[\da-f-]{36}$/)
    expect(searchParams.get('prompt')).toBe('login')
  })
})

describe('el token de un proveedor', () => {
  const post = (body: object) =>
    fetch(`${server.url}/auth/v1/token?grant_type=id_token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', apikey: inject('stack').publishableKey },
      body: JSON.stringify({ provider: 'keycloak', ...body }),
    })

  test('abre sesión, con el nonce que la app guardó', async () => {
    const nonce = 'uno-que-nadie-sabe'
    const token = await oidc.idToken({
      nonce: createHash('sha256').update(nonce).digest('hex'),
      aud: 'telefono',
    })
    const { user } = ok(
      await app(server.url, 'implicit').auth.signInWithIdToken({ provider: 'keycloak', token, nonce }),
    )
    expect(user.email).toBe(oidc.person.email)
    const wrong = await post({ id_token: token, nonce: 'otro' })
    expect([wrong.status, await wrong.json()]).toEqual([
      400,
      { error: 'invalid nonce', error_description: 'Nonces mismatch' },
    ])
  })

  test.each([
    ['de otra app', { aud: 'otra' }, /^Unacceptable audience/],
    ['de otro emisor', { iss: 'https://malo.test' }, /^Bad ID token$/],
    ['con un nonce que la app no da', { nonce: 'x' }, /^Passed nonce/],
  ])('uno %s no', async (_, claims, message) => {
    const answer = await post({ id_token: await oidc.idToken(claims) })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      error: 'invalid request',
      error_description: expect.stringMatching(message),
    })
  })

  test('uno firmado por otro no', async () => {
    const other = await startOidc()
    const answer = await post({ id_token: await other.idToken({ iss: oidc.issuer }) })
    await other.close()
    expect(await answer.json()).toMatchObject({ error_description: 'Bad ID token' })
  })

  test('de un proveedor apagado', async () => {
    const answer = await post({ provider: 'google', id_token: 'x' })
    expect([answer.status, (await answer.json()).error_code]).toEqual([400, 'provider_disabled'])
  })
})

describe('identidades', () => {
  async function signedIn(): Promise<SupabaseClient> {
    const { admin } = client(server.url, inject('stack').secretKey).auth
    const email = newEmail()
    ok(await admin.createUser({ email, password: PASSWORD, email_confirm: true }))
    const who = app(server.url, 'implicit')
    ok(await who.auth.signInWithPassword({ email, password: PASSWORD }))
    return who
  }

  test('se añade y se quita la de un proveedor; la última queda', async () => {
    const who = await signedIn()
    const { url } = ok(
      await who.auth.linkIdentity({
        provider: 'keycloak',
        options: { redirectTo: APP, skipBrowserRedirect: true },
      }),
    )
    expect(told(await step(await step(url))).get('access_token')).not.toBeNull()
    const { identities } = ok(await who.auth.getUserIdentities())
    expect(identities.map(({ provider }) => provider)).toEqual(['email', 'keycloak'])

    ok(await who.auth.unlinkIdentity(identities[0]!))
    const { user } = ok(await who.auth.getUser())
    expect(user).toMatchObject({ email: oidc.person.email, app_metadata: { providers: ['keycloak'] } })
    expect((await who.auth.unlinkIdentity(identities[1]!)).error).toMatchObject({
      status: 422,
      code: 'single_identity_not_deletable',
    })
  })

  test('la de otro no se añade', async () => {
    await travel(await begin(app(server.url, 'implicit')))
    const who = await signedIn()
    const { error } = await who.auth.linkIdentity({ provider: 'keycloak', token: await oidc.idToken() })
    expect(error).toMatchObject({ status: 422, code: 'identity_already_exists' })
  })

  test('donde no se permite, GoTrue lo dice', async () => {
    const { admin } = client(strict.url, inject('stack').secretKey).auth
    const email = newEmail()
    ok(await admin.createUser({ email, password: PASSWORD, email_confirm: true }))
    const who = app(strict.url, 'implicit')
    ok(await who.auth.signInWithPassword({ email, password: PASSWORD }))
    const { error } = await who.auth.linkIdentity({
      provider: 'keycloak',
      options: { skipBrowserRedirect: true },
    })
    expect(error).toMatchObject({ status: 404, code: 'manual_linking_disabled' })
  })

  test('el verificador que guardó Auth se usa una vez', async () => {
    const kept = `select count(*)::int as kept from auth.flow_state f
      join auth.oauth_client_states s on s.id = f.oauth_client_state_id where f.id = $1`
    const toProvider = await step(await begin(app(server.url, 'pkce')))
    const id = toProvider.searchParams.get('state')
    expect(await sql(kept, [id])).toEqual([{ kept: 1 }])
    await step(await step(toProvider))
    expect(await sql(kept, [id])).toEqual([{ kept: 0 }])
  })
})
