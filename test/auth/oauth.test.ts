import { randomUUID } from 'node:crypto'
import { decodeJwt } from 'jose'
import { describe, expect, inject, test } from 'vitest'
import { client } from '../support/client.ts'
import { told } from './app.ts'
import {
  APP,
  app,
  begin,
  oidc,
  SITE,
  server,
  somebody,
  step,
  strict,
  travel,
  useProvider,
} from './provider.ts'
import { newEmail, ok, PASSWORD } from './support.ts'

useProvider()

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

  test('lo que empezó en un navegador no termina en otro, y en el suyo sí', async () => {
    const entrance = await fetch(await begin(app(server.url, 'implicit')), { redirect: 'manual' })
    const toProvider = new URL(entrance.headers.get('location')!)
    const state = toProvider.searchParams.get('state')
    const [set] = entrance.headers.getSetCookie()
    expect(set).toBe(`sb-oauth-${state}=1; Path=/auth/v1/callback; Max-Age=300; HttpOnly; SameSite=Lax`)
    const back = await step(toProvider)
    for (const cookie of ['', `sb-oauth-${randomUUID()}=1`]) {
      const stranger = await fetch(back, { redirect: 'manual', headers: { cookie } })
      const { searchParams, hash } = new URL(stranger.headers.get('location')!)
      expect([searchParams.get('error_code'), hash]).toEqual(['bad_oauth_state', ''])
    }
    const own = await fetch(back, {
      redirect: 'manual',
      headers: { cookie: `otra=x; ${set!.split(';')[0]}` },
    })
    expect(told(new URL(own.headers.get('location')!)).get('access_token')).toBeTruthy()
    expect(own.headers.getSetCookie()[0]).toMatch(/^sb-oauth-[\da-f-]{36}=1; .*Max-Age=0;/)
  })

  test('con PKCE lo dice el verificador de la app, que puede volver por otro navegador', async () => {
    const who = app(server.url, 'pkce')
    const back = await step(await step(await begin(who)))
    const answer = await fetch(back, { redirect: 'manual' })
    const codigo = new URL(answer.headers.get('location')!).searchParams.get('code')!
    expect(ok(await who.auth.exchangeCodeForSession(codigo)).user.email).toBe(oidc.person.email)
  })

  test('con otro nombre de esta máquina se empieza donde se vuelve', async () => {
    const url = new URL(await begin(app(server.url, 'implicit')))
    url.hostname = 'localhost'
    const again = await step(url)
    expect(again.href).toBe(url.href.replace('//localhost', '//127.0.0.1'))
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
