import type { User } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { client } from '../support/client.ts'
import { codeIn, linkIn } from '../support/smtp.ts'
import { type AuthServer, newEmail, ok, PASSWORD, startAuth } from './support.ts'

const stack = inject('stack')
const SITE = 'http://127.0.0.1:3000'
let server: AuthServer

beforeAll(async () => {
  server = await startAuth({
    site_url: SITE,
    additional_redirect_urls: [`${SITE}/*`],
    minimum_password_length: 8,
    email: {
      enable_signup: true,
      enable_confirmations: true,
      double_confirm_changes: true,
      max_frequency: '0s',
    },
  })
})
afterAll(() => server.close())

const admin = () => client(server.url, stack.secretKey).auth.admin
const person = () => client(server.url, stack.publishableKey)

async function makeUser(): Promise<User & { email: string }> {
  const email = newEmail()
  const { user } = ok(await admin().createUser({ email, password: PASSWORD, email_confirm: true }))
  return { ...user!, email }
}

/** Where a link leads: the fragment of its redirect. */
async function follow(link: string): Promise<{ destination: string; values: URLSearchParams }> {
  const answer = await fetch(link, { redirect: 'manual' })
  expect(answer.status).toBe(303)
  const [destination = '', fragment] = answer.headers.get('location')!.split('#')
  return { destination, values: new URLSearchParams(fragment) }
}

describe('generateLink', () => {
  test.each(['magiclink', 'recovery'] as const)(
    '%s: el enlace, el hash y el código abren una sesión, una vez',
    async (type) => {
      const { id, email } = await makeUser()
      const fresh = async () => {
        const { properties, user } = ok(
          await admin().generateLink({ type, email, options: { redirectTo: `${SITE}/inicio` } }),
        )
        expect(user).toMatchObject({ id })
        expect(properties).toMatchObject({ verification_type: type, redirect_to: `${SITE}/inicio` })
        return properties!
      }
      const byHash = { token_hash: (await fresh()).hashed_token, type }
      expect(ok(await person().auth.verifyOtp(byHash)).user).toMatchObject({ id })
      expect((await person().auth.verifyOtp(byHash)).error).toMatchObject({
        status: 403,
        code: 'otp_expired',
      })

      const token = (await fresh()).email_otp
      expect(token).toMatch(/^\d{6}$/)
      expect(ok(await person().auth.verifyOtp({ email, token, type: 'email' })).user).toMatchObject({
        id,
      })

      const { destination, values } = await follow((await fresh()).action_link)
      expect(destination).toBe(`${SITE}/inicio`)
      const { user } = ok(await person().auth.getUser(values.get('access_token')!))
      expect(user).toMatchObject({ id })
    },
  )

  test('un destino que config.toml no permite lleva al sitio', async () => {
    const { email } = await makeUser()
    const { properties } = ok(
      await admin().generateLink({
        type: 'magiclink',
        email,
        options: { redirectTo: 'https://otro.test/x' },
      }),
    )
    expect((await follow(properties!.action_link)).destination).toBe(SITE)
  })

  test('signup: crea sin confirmar y el enlace confirma', async () => {
    const email = newEmail()
    const options = {
      type: 'signup',
      email,
      password: PASSWORD,
      options: { data: { nombre: 'Ana' } },
    } as const
    const { properties, user } = ok(await admin().generateLink(options))
    expect(user).toMatchObject({ email, user_metadata: { nombre: 'Ana' } })
    const signIn = () => person().auth.signInWithPassword({ email, password: PASSWORD })
    expect((await signIn()).error).toMatchObject({ code: 'email_not_confirmed' })
    await follow(properties!.action_link)
    expect((await signIn()).error).toBeNull()
    expect((await admin().generateLink(options)).error).toMatchObject({ status: 422, code: 'email_exists' })
  })

  test('invite: quien acepta elige su contraseña', async () => {
    const email = newEmail()
    const { properties, user } = ok(
      await admin().generateLink({ type: 'invite', email, options: { data: { nombre: 'Ana' } } }),
    )
    expect(user).toMatchObject({ email, invited_at: expect.any(String), user_metadata: { nombre: 'Ana' } })
    const guest = person()
    ok(await guest.auth.verifyOtp({ token_hash: properties!.hashed_token, type: 'invite' }))
    ok(await guest.auth.updateUser({ password: PASSWORD }))
    expect((await person().auth.signInWithPassword({ email, password: PASSWORD })).error).toBeNull()
  })

  test('un enlace mágico para quien no existe es un registro', async () => {
    const { properties } = ok(await admin().generateLink({ type: 'magiclink', email: newEmail() }))
    expect(properties).toMatchObject({ verification_type: 'signup' })
  })

  test.each([
    [{ type: 'recovery', email: 'nadie@triboka.test' }, 404, 'user_not_found'],
    [{ type: 'signup', email: 'sin-clave@triboka.test' }, 400, 'validation_failed'],
    [{ type: 'signup', email: 'debil@triboka.test', password: 'corta' }, 422, 'weak_password'],
    [{ type: 'magia', email: 'a@triboka.test' }, 400, 'validation_failed'],
    [{ type: 'magiclink' }, 400, 'validation_failed'],
  ])('se rechaza %j con %d %s', async (options, status, code) => {
    expect((await admin().generateLink(options as never)).error).toMatchObject({ status, code })
  })
})

describe('cambio de correo', () => {
  test('hace falta el acuerdo de los dos correos, en cualquier orden', async () => {
    const { id, email } = await makeUser()
    const fresh = newEmail('nueva')
    const link = async (type: 'email_change_current' | 'email_change_new') =>
      ok(await admin().generateLink({ type, email, newEmail: fresh })).properties!
    const current = await link('email_change_current')
    const future = await link('email_change_new')

    const first = await follow(future.action_link)
    expect(first.values.get('message')).toMatch(/confirm link sent to the other email/)
    expect(ok(await admin().getUserById(id)).user).toMatchObject({ email, new_email: fresh })
    const repeated = await follow(future.action_link)
    expect(repeated.values.get('error_code')).toBe('otp_expired')

    const { session } = ok(
      await person().auth.verifyOtp({ email, token: current.email_otp, type: 'email_change' }),
    )
    expect(session).not.toBeNull()
    expect(ok(await admin().getUserById(id)).user).toMatchObject({
      email: fresh,
      identities: [{ email: fresh }],
    })
  })

  test('media confirmación no vale para otro correo', async () => {
    const { id, email } = await makeUser()
    const who = person()
    ok(await who.auth.signInWithPassword({ email, password: PASSWORD }))
    const [first, second] = [newEmail('primera'), newEmail('segunda')]
    for (const destination of [first, second]) {
      ok(await who.auth.updateUser({ email: destination }))
      const letters = server.mails.slice(-2)
      expect(letters.map(({ to }) => to)).toEqual([email, destination])
      const token = codeIn(letters[0]!.text)
      ok(await person().auth.verifyOtp({ email, token, type: 'email_change' }))
      expect(ok(await admin().getUserById(id)).user?.email).toBe(email)
    }
  })

  test('el correo de otro no se toma', async () => {
    const [one, another] = [await makeUser(), await makeUser()]
    const { error } = await admin().generateLink({
      type: 'email_change_new',
      email: one.email,
      newEmail: another.email,
    })
    expect(error).toMatchObject({ status: 422, code: 'email_exists' })
  })
})

describe('cartas', () => {
  test('la invitación lleva al gateway y el correo invitado confirma', async () => {
    const email = newEmail()
    const { user } = ok(
      await admin().inviteUserByEmail(email, {
        redirectTo: `${SITE}/bienvenida`,
        data: { nombre: '<Ana>' },
      }),
    )
    expect(user).toMatchObject({ email, invited_at: expect.any(String) })
    const letter = server.mails.at(-1)!
    expect(letter).toMatchObject({ to: email, subject: 'Invitación a Triboka' })
    const link = linkIn(letter.text)
    expect(link).toContain(`${server.url}/auth/v1/verify?`)
    const { destination, values } = await follow(link)
    expect(destination).toBe(`${SITE}/bienvenida`)
    expect(values.get('access_token')).toBeTruthy()
    expect((await admin().inviteUserByEmail(email)).error).toMatchObject({
      status: 422,
      code: 'email_exists',
    })
  })

  test('solo la clave secreta invita', async () => {
    const { error } = await person().auth.admin.inviteUserByEmail(newEmail())
    expect(error).toMatchObject({ status: 403, code: 'not_admin' })
  })

  test('el registro pide confirmar, y la carta lleva al gateway y no al sitio', async () => {
    const email = newEmail()
    const { session } = ok(await person().auth.signUp({ email, password: PASSWORD }))
    expect(session).toBeNull()
    expect((await person().auth.signInWithPassword({ email, password: PASSWORD })).error).toMatchObject({
      code: 'email_not_confirmed',
    })
    const link = linkIn(server.mails.at(-1)!.text)
    expect(link).toContain(`${server.url}/auth/v1/verify?`)
    await follow(link)
    expect((await person().auth.signInWithPassword({ email, password: PASSWORD })).error).toBeNull()
  })
})
