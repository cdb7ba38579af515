import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { client } from '../support/client.ts'
import { linkIn } from '../support/smtp.ts'
import { sql } from '../support/sql.ts'
import { type AuthServer, newEmail, ok, PASSWORD, startAuth } from './support.ts'

const stack = inject('stack')
const SITE = 'http://127.0.0.1:3000'
let asking: AuthServer
let trusting: AuthServer
beforeAll(async () => {
  asking = await startAuth({ site_url: SITE, email: { enable_confirmations: true, max_frequency: '0s' } })
  trusting = await startAuth({
    site_url: SITE,
    enable_anonymous_sign_ins: true,
    email: { enable_confirmations: false, max_frequency: '0s' },
  })
})
afterAll(async () => {
  await asking.close()
  await trusting.close()
})

const person = (server: AuthServer) => client(server.url, stack.publishableKey).auth
const lastLink = (email: string) => linkIn(asking.mails.findLast(({ to }) => to === email)!.text)
const account = async (email: string) =>
  (
    await sql(
      `select u.*, (select array_agg(token_type::text) from auth.one_time_tokens t where t.user_id = u.id) as codes
       from auth.users u where email = $1`,
      [email],
    )
  )[0]!

describe('quien se registra donde se pide confirmar', () => {
  test('deja la fila que deja GoTrue, con su código en las dos tablas hasta que confirma', async () => {
    const email = newEmail()
    ok(await person(asking).signUp({ email, password: PASSWORD, options: { data: { nombre: 'Ana' } } }))
    const before = await account(email)
    expect(before).toMatchObject({
      instance_id: '00000000-0000-0000-0000-000000000000',
      aud: 'authenticated',
      role: 'authenticated',
      recovery_token: '',
      email_change: '',
      reauthentication_token: '',
      is_sso_user: false,
      is_anonymous: false,
      codes: ['confirmation_token'],
    })
    expect(before.raw_user_meta_data).toEqual({
      nombre: 'Ana',
      sub: before.id,
      email,
      email_verified: false,
      phone_verified: false,
    })
    expect(before.confirmation_token).toMatch(/^[0-9a-f]{56}$/)
    await fetch(lastLink(email), { redirect: 'manual' })
    expect(await account(email)).toMatchObject({
      confirmation_token: '',
      codes: null,
      raw_user_meta_data: { email_verified: true },
      confirmed_at: expect.any(Date),
    })
  })

  test('otra vez, antes o después de confirmar: ni la contraseña ni los datos cambian, ni se sabe que ya estaba', async () => {
    const email = newEmail()
    const data = { nota: 'secreto' }
    const first = ok(await person(asking).signUp({ email, password: PASSWORD, options: { data } })).user!
    for (const isWaiting of [true, false]) {
      const again = ok(
        await person(asking).signUp({ email, password: 'otra clave 99', options: { data: { x: 1 } } }),
      )
      expect(again.session).toBeNull()
      expect(again.user).toMatchObject({ email, user_metadata: { x: 1 } })
      // An app takes no identities for an account that is there; until then it asks to look for the mail.
      expect(again.user!.identities).toHaveLength(isWaiting ? 1 : 0)
      expect(again.user!.id === first.id).toBe(isWaiting)
      expect(JSON.stringify(again)).not.toContain('secreto')
      if (isWaiting) await fetch(lastLink(email), { redirect: 'manual' })
    }
    const signIn = async (password: string) =>
      (await person(asking).signInWithPassword({ email, password })).error?.code
    expect(await signIn('otra clave 99')).toBe('invalid_credentials')
    expect(await signIn(PASSWORD)).toBeUndefined()
    expect((await account(email)).raw_user_meta_data.x).toBeUndefined()
  })

  test('veinte veces a la vez: una cuenta, y nadie recibe un error de la base', async () => {
    const email = newEmail()
    const all = await Promise.all(
      Array.from({ length: 20 }, () => person(asking).signUp({ email, password: PASSWORD })),
    )
    const codes = new Set(all.map(({ error }) => error?.code))
    codes.delete(undefined)
    codes.delete('over_request_rate_limit')
    expect([...codes]).toEqual([])
    expect(await sql('select id from auth.users where email = $1', [email])).toHaveLength(1)
  })

  test.each([
    [{ password: PASSWORD }, 422, 'anonymous_provider_disabled'],
    [{ email: 'a@c.test' }, 400, 'validation_failed'],
    [{ email: 'a@c.test', password: 'corta' }, 422, 'weak_password'],
    [{ email: 'a@c.test', password: `${'ñ'.repeat(36)}Clave` }, 400, 'validation_failed'],
    [{ email: 'a@c.test', phone: '593987654321', password: PASSWORD }, 400, 'validation_failed'],
    [{ phone: '593987654321', password: PASSWORD }, 400, 'phone_provider_disabled'],
    [{ email: 'sin arroba', password: PASSWORD }, 400, 'validation_failed'],
    [{ email: 'a@c.test', password: PASSWORD, code_challenge: 'a'.repeat(43) }, 400, 'validation_failed'],
    [{ email: 'a@c.test', password: PASSWORD, data: [1] }, 400, 'bad_json'],
  ])('se rechaza %j con %d %s', async (body, status, code) => {
    const answer = await fetch(`${asking.url}/auth/v1/signup`, {
      method: 'POST',
      headers: { apikey: stack.publishableKey },
      body: JSON.stringify(body),
    })
    expect([answer.status, (await answer.json()).error_code]).toEqual([status, code])
    expect(await sql(`select id from auth.users where email = 'a@c.test'`)).toEqual([])
  })
})

describe('quien se registra donde nadie confirma', () => {
  test('entra, y otra vez se le dice que ya estaba', async () => {
    const email = newEmail()
    const { session, user } = ok(await person(trusting).signUp({ email, password: PASSWORD }))
    expect(user!.email_confirmed_at).toBeTruthy()
    expect(decodeJwt(session!.access_token).amr).toMatchObject([{ method: 'password' }])
    expect((await person(trusting).signUp({ email, password: PASSWORD })).error).toMatchObject({
      status: 422,
      code: 'user_already_exists',
    })
  })

  test('no recibe la cuenta que otro dejó sin confirmar', async () => {
    const email = newEmail()
    const { admin } = client(trusting.url, stack.secretKey).auth
    ok(await admin.createUser({ email, password: PASSWORD, email_confirm: false }))
    const { data, error } = await person(trusting).signUp({ email, password: 'otra clave 99' })
    expect([data.session, error?.code]).toEqual([null, 'user_already_exists'])
    expect((await account(email)).confirmed_at).toBeNull()
  })
})

describe('quien entra sin decir quién es', () => {
  test('tiene una sesión y ningún correo, y sus datos', async () => {
    const who = client(trusting.url, stack.publishableKey)
    const { user, session } = ok(await who.auth.signInAnonymously({ options: { data: { tema: 'claro' } } }))
    expect(user).toMatchObject({
      is_anonymous: true,
      email: '',
      user_metadata: { tema: 'claro' },
      app_metadata: {},
    })
    expect(decodeJwt(session!.access_token)).toMatchObject({
      is_anonymous: true,
      role: 'authenticated',
      amr: [{ method: 'anonymous' }],
    })
    expect(ok(await who.auth.refreshSession()).user).toMatchObject({ id: user!.id, is_anonymous: true })
  })

  test('desde una dirección, tantas veces por hora como dice [auth.rate_limit] anonymous_users', async () => {
    const few = await startAuth({
      site_url: SITE,
      enable_anonymous_sign_ins: true,
      rate_limit: { anonymous_users: 2 },
    })
    const enter = async () => (await person(few).signInAnonymously()).error?.code ?? 'entra'
    expect([await enter(), await enter(), await enter()]).toEqual([
      'entra',
      'entra',
      'over_request_rate_limit',
    ])
    await few.close()
  })

  test('se queda con la cuenta al dar su correo y una contraseña', async () => {
    const [who, email] = [client(trusting.url, stack.publishableKey), newEmail()]
    const { user } = ok(await who.auth.signInAnonymously())
    expect((await who.auth.updateUser({ password: PASSWORD })).error).toMatchObject({
      status: 422,
      code: 'validation_failed',
    })
    ok(await who.auth.updateUser({ email, password: PASSWORD }))
    expect(ok(await person(trusting).signInWithPassword({ email, password: PASSWORD })).user).toMatchObject({
      id: user!.id,
      is_anonymous: false,
      identities: [{ provider: 'email', email }],
    })
    const { session } = ok(await who.auth.refreshSession())
    expect(decodeJwt(session!.access_token)).toMatchObject({ is_anonymous: false, email })
  })

  test('donde se pide confirmar, la cuenta es suya cuando confirma', async () => {
    const both = await startAuth({
      site_url: SITE,
      enable_anonymous_sign_ins: true,
      email: { enable_confirmations: true, double_confirm_changes: true, max_frequency: '0s' },
    })
    const [who, email] = [client(both.url, stack.publishableKey), newEmail()]
    const { user } = ok(await who.auth.signInAnonymously())
    ok(await who.auth.updateUser({ email }))
    expect(ok(await who.auth.getUser()).user).toMatchObject({ is_anonymous: true, new_email: email })
    expect(both.mails.map(({ to }) => to)).toEqual([email])
    await fetch(linkIn(both.mails[0]!.text), { redirect: 'manual' })
    expect(ok(await who.auth.getUser()).user).toMatchObject({ id: user!.id, is_anonymous: false, email })
    ok(await who.auth.updateUser({ password: PASSWORD }))
    ok(await person(both).signInWithPassword({ email, password: PASSWORD }))
    await both.close()
  })
})
