import { createHash } from 'node:crypto'
import type { SupabaseClient } from '@supabase/supabase-js'
import { describe, expect, inject, test } from 'vitest'
import { client } from '../support/client.ts'
import { startOidc } from '../support/oidc.ts'
import { linkIn } from '../support/smtp.ts'
import { query, sql } from '../support/sql.ts'
import { told } from './app.ts'
import { APP, app, begin, oidc, server, somebody, step, strict, travel, useProvider } from './provider.ts'
import { newEmail, ok, PASSWORD } from './support.ts'

useProvider()

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

describe('quien tomó antes el correo de otro, donde nadie confirma', () => {
  const squat = async () => {
    const who = client(server.url, inject('stack').publishableKey)
    const data = { nombre: 'Quien no es' }
    ok(await who.auth.signUp({ email: oidc.person.email!, password: PASSWORD, options: { data } }))
    return who
  }
  const squatFromNobody = async () => {
    const who = client(server.url, inject('stack').publishableKey)
    ok(await who.auth.signInAnonymously({ options: { data: { nombre: 'Quien no es' } } }))
    ok(await who.auth.updateUser({ email: oidc.person.email!, password: PASSWORD }))
    return who
  }

  test.each([
    ['registrándose', squat],
    ['desde una cuenta anónima', squatFromNobody],
  ])(
    '%s, sale cuando su dueño llega por un proveedor que lo comprobó: ni clave, ni sesión, ni correo pendiente',
    async (_como, take) => {
      const who = await take()
      const { user: squatter } = ok(await who.auth.getUser())
      ok(await who.auth.updateUser({ email: newEmail() }))
      const authAdmin = Object.assign(new URL(inject('stack').databaseUrl), {
        username: 'supabase_auth_admin',
      })
      await query(
        authAdmin.href,
        `insert into auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at)
         values (gen_random_uuid(), $1, 'totp', 'verified', now(), now())`,
        [squatter.id],
      )
      const owner = app(server.url, 'pkce')
      const arrival = await travel(await begin(owner))
      const { user } = ok(await owner.auth.exchangeCodeForSession(arrival.searchParams.get('code')!))
      expect(user).toMatchObject({ id: squatter.id, app_metadata: { providers: ['keycloak'] } })
      expect(user.identities?.map(({ provider }) => provider)).toEqual(['keycloak'])
      expect(JSON.stringify(user)).not.toContain('Quien no es')
      expect([user.new_email, user.factors]).toEqual([undefined, undefined])
      expect((await who.auth.getUser()).error).toMatchObject({ name: 'AuthSessionMissingError' })
      expect((await who.auth.refreshSession()).error).not.toBeNull()
      const { error } = await who.auth.signInWithPassword({ email: oidc.person.email!, password: PASSWORD })
      expect(error).toMatchObject({ code: 'invalid_credentials' })
      // What the owner sets from here on is the owner's, and stays.
      ok(await owner.auth.updateUser({ password: 'la del dueño 99' }))
      await travel(await begin(app(server.url, 'implicit')))
      ok(await who.auth.signInWithPassword({ email: oidc.person.email!, password: 'la del dueño 99' }))
    },
  )

  test('no vuelve por lo que dejó empezado: la identidad que estaba añadiendo', async () => {
    const owned = oidc.person
    const who = await squat()
    const link = { provider: 'keycloak', options: { redirectTo: APP, skipBrowserRedirect: true } } as const
    const { url } = ok(await who.auth.linkIdentity(link))
    oidc.person = somebody()
    const back = await step(url)
    oidc.person = owned
    await travel(await begin(app(server.url, 'implicit')))
    const late = await fetch(back, { redirect: 'manual' })
    expect(told(new URL(late.headers.get('location')!)).get('error_code')).toBe('bad_oauth_state')
    const rows = await sql(
      `select i.provider_id from auth.identities i join auth.users u on u.id = i.user_id where u.email = $1`,
      [owned.email],
    )
    expect(rows).toEqual([{ provider_id: owned.sub }])
  })

  test('quien había leído su correo no es un extraño: su clave queda', async () => {
    const { email } = oidc.person
    const who = client(strict.url, inject('stack').publishableKey)
    ok(await who.auth.signUp({ email: email!, password: PASSWORD }))
    const token_hash = new URL(linkIn(strict.mails.at(-1)!.text)).searchParams.get('token')!
    ok(await who.auth.verifyOtp({ token_hash, type: 'signup' }))
    await travel(await begin(app(server.url, 'implicit')))
    const { user } = ok(await who.auth.signInWithPassword({ email: email!, password: PASSWORD }))
    expect(user.app_metadata.providers).toEqual(['email', 'keycloak'])
  })
})

describe('una invitación por un proveedor', () => {
  /** Accepts one, once what is given was done to its account. */
  async function accept(before: (id: string, by: SupabaseClient['auth']['admin']) => Promise<unknown>) {
    const by = client(server.url, inject('stack').secretKey).auth.admin
    const { user, properties } = ok(await by.generateLink({ type: 'invite', email: oidc.person.email! }))
    await before(user!.id, by)
    const url = new URL(await begin(app(server.url, 'implicit')))
    url.searchParams.set('invite_token', properties!.hashed_token)
    return { id: user!.id, arrival: told(await travel(url.href)) }
  }

  test('deja entrar a quien tiene el correo invitado', async () => {
    const { id, arrival } = await accept(async () => {})
    expect(arrival.get('access_token')).not.toBeNull()
    const providers = await sql('select provider from auth.identities where user_id = $1', [id])
    expect(providers).toEqual([{ provider: 'keycloak' }])
  })

  test('vieja ya no sirve', async () => {
    const { arrival } = await accept((id) =>
      sql(`update auth.users set confirmation_sent_at = now() - interval '2 hours' where id = $1`, [id]),
    )
    expect(arrival.get('error_code')).toBe('invite_not_found')
  })

  test('no deja entrar a quien está suspendido', async () => {
    const { arrival } = await accept((id, by) => by.updateUserById(id, { ban_duration: '24h' }))
    expect(arrival.get('error_code')).toBe('user_banned')
  })
})
