import type { User } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { client } from '../support/client.ts'
import { codeIn, linkIn } from '../support/smtp.ts'
import { CLAVE, correoNuevo, exito, type ServidorDeAuth, servidorDeAuth } from './support.ts'

const stack = inject('stack')
const SITIO = 'http://127.0.0.1:3000'
let servidor: ServidorDeAuth

beforeAll(async () => {
  servidor = await servidorDeAuth({
    site_url: SITIO,
    additional_redirect_urls: [`${SITIO}/*`],
    minimum_password_length: 8,
    email: {
      enable_signup: true,
      enable_confirmations: true,
      double_confirm_changes: true,
      max_frequency: '0s',
    },
  })
})
afterAll(() => servidor.close())

const admin = () => client(servidor.url, stack.secretKey).auth.admin
const persona = () => client(servidor.url, stack.publishableKey)

async function crear(): Promise<User & { email: string }> {
  const email = correoNuevo()
  const { user } = exito(await admin().createUser({ email, password: CLAVE, email_confirm: true }))
  return { ...user!, email }
}

/** Where a link leads: the fragment of its redirect. */
async function seguir(enlace: string): Promise<{ destino: string; datos: URLSearchParams }> {
  const respuesta = await fetch(enlace, { redirect: 'manual' })
  expect(respuesta.status).toBe(303)
  const [destino = '', fragmento] = respuesta.headers.get('location')!.split('#')
  return { destino, datos: new URLSearchParams(fragmento) }
}

describe('generateLink', () => {
  test.each(['magiclink', 'recovery'] as const)(
    '%s: el enlace, el hash y el código abren una sesión, una vez',
    async (type) => {
      const { id, email } = await crear()
      const nuevo = async () => {
        const { properties, user } = exito(
          await admin().generateLink({ type, email, options: { redirectTo: `${SITIO}/inicio` } }),
        )
        expect(user).toMatchObject({ id })
        expect(properties).toMatchObject({ verification_type: type, redirect_to: `${SITIO}/inicio` })
        return properties!
      }
      const porHash = { token_hash: (await nuevo()).hashed_token, type }
      expect(exito(await persona().auth.verifyOtp(porHash)).user).toMatchObject({ id })
      expect((await persona().auth.verifyOtp(porHash)).error).toMatchObject({
        status: 403,
        code: 'otp_expired',
      })

      const token = (await nuevo()).email_otp
      expect(token).toMatch(/^\d{6}$/)
      expect(exito(await persona().auth.verifyOtp({ email, token, type: 'email' })).user).toMatchObject({
        id,
      })

      const { destino, datos } = await seguir((await nuevo()).action_link)
      expect(destino).toBe(`${SITIO}/inicio`)
      const { user } = exito(await persona().auth.getUser(datos.get('access_token')!))
      expect(user).toMatchObject({ id })
    },
  )

  test('un destino que config.toml no permite lleva al sitio', async () => {
    const { email } = await crear()
    const { properties } = exito(
      await admin().generateLink({
        type: 'magiclink',
        email,
        options: { redirectTo: 'https://otro.test/x' },
      }),
    )
    expect((await seguir(properties!.action_link)).destino).toBe(SITIO)
  })

  test('signup: crea sin confirmar y el enlace confirma', async () => {
    const email = correoNuevo()
    const opciones = { type: 'signup', email, password: CLAVE, options: { data: { nombre: 'Ana' } } } as const
    const { properties, user } = exito(await admin().generateLink(opciones))
    expect(user).toMatchObject({ email, user_metadata: { nombre: 'Ana' } })
    const entrar = () => persona().auth.signInWithPassword({ email, password: CLAVE })
    expect((await entrar()).error).toMatchObject({ code: 'email_not_confirmed' })
    await seguir(properties!.action_link)
    expect((await entrar()).error).toBeNull()
    expect((await admin().generateLink(opciones)).error).toMatchObject({ status: 422, code: 'email_exists' })
  })

  test('invite: quien acepta elige su contraseña', async () => {
    const email = correoNuevo()
    const { properties, user } = exito(
      await admin().generateLink({ type: 'invite', email, options: { data: { nombre: 'Ana' } } }),
    )
    expect(user).toMatchObject({ email, invited_at: expect.any(String), user_metadata: { nombre: 'Ana' } })
    const invitada = persona()
    exito(await invitada.auth.verifyOtp({ token_hash: properties!.hashed_token, type: 'invite' }))
    exito(await invitada.auth.updateUser({ password: CLAVE }))
    expect((await persona().auth.signInWithPassword({ email, password: CLAVE })).error).toBeNull()
  })

  test('un enlace mágico para quien no existe es un registro', async () => {
    const { properties } = exito(await admin().generateLink({ type: 'magiclink', email: correoNuevo() }))
    expect(properties).toMatchObject({ verification_type: 'signup' })
  })

  test.each([
    [{ type: 'recovery', email: 'nadie@triboka.test' }, 404, 'user_not_found'],
    [{ type: 'signup', email: 'sin-clave@triboka.test' }, 400, 'validation_failed'],
    [{ type: 'signup', email: 'debil@triboka.test', password: 'corta' }, 422, 'weak_password'],
    [{ type: 'magia', email: 'a@triboka.test' }, 400, 'validation_failed'],
    [{ type: 'magiclink' }, 400, 'validation_failed'],
  ])('se rechaza %j con %d %s', async (opciones, status, code) => {
    expect((await admin().generateLink(opciones as never)).error).toMatchObject({ status, code })
  })
})

describe('cambio de correo', () => {
  test('hace falta el acuerdo de los dos correos, en cualquier orden', async () => {
    const { id, email } = await crear()
    const nuevo = correoNuevo('nueva')
    const enlace = async (type: 'email_change_current' | 'email_change_new') =>
      exito(await admin().generateLink({ type, email, newEmail: nuevo })).properties!
    const actual = await enlace('email_change_current')
    const futuro = await enlace('email_change_new')

    const primero = await seguir(futuro.action_link)
    expect(primero.datos.get('message')).toMatch(/confirm link sent to the other email/)
    expect(exito(await admin().getUserById(id)).user).toMatchObject({ email, new_email: nuevo })
    const repetido = await seguir(futuro.action_link)
    expect(repetido.datos.get('error_code')).toBe('otp_expired')

    const { session } = exito(
      await persona().auth.verifyOtp({ email, token: actual.email_otp, type: 'email_change' }),
    )
    expect(session).not.toBeNull()
    expect(exito(await admin().getUserById(id)).user).toMatchObject({
      email: nuevo,
      identities: [{ email: nuevo }],
    })
  })

  test('media confirmación no vale para otro correo', async () => {
    const { id, email } = await crear()
    const quien = persona()
    exito(await quien.auth.signInWithPassword({ email, password: CLAVE }))
    const [primera, segunda] = [correoNuevo('primera'), correoNuevo('segunda')]
    for (const destino of [primera, segunda]) {
      exito(await quien.auth.updateUser({ email: destino }))
      const cartas = servidor.correos.slice(-2)
      expect(cartas.map(({ to }) => to)).toEqual([email, destino])
      const token = codeIn(cartas[0]!.text)
      exito(await persona().auth.verifyOtp({ email, token, type: 'email_change' }))
      expect(exito(await admin().getUserById(id)).user?.email).toBe(email)
    }
  })

  test('el correo de otro no se toma', async () => {
    const [uno, otro] = [await crear(), await crear()]
    const { error } = await admin().generateLink({
      type: 'email_change_new',
      email: uno.email,
      newEmail: otro.email,
    })
    expect(error).toMatchObject({ status: 422, code: 'email_exists' })
  })
})

describe('cartas', () => {
  test('la invitación lleva al gateway y el correo invitado confirma', async () => {
    const email = correoNuevo()
    const { user } = exito(
      await admin().inviteUserByEmail(email, {
        redirectTo: `${SITIO}/bienvenida`,
        data: { nombre: '<Ana>' },
      }),
    )
    expect(user).toMatchObject({ email, invited_at: expect.any(String) })
    const carta = servidor.correos.at(-1)!
    expect(carta).toMatchObject({ to: email, subject: 'Invitación a Triboka' })
    const enlace = linkIn(carta.text)
    expect(enlace).toContain(`${servidor.url}/auth/v1/verify?`)
    const { destino, datos } = await seguir(enlace)
    expect(destino).toBe(`${SITIO}/bienvenida`)
    expect(datos.get('access_token')).toBeTruthy()
    expect((await admin().inviteUserByEmail(email)).error).toMatchObject({
      status: 422,
      code: 'email_exists',
    })
  })

  test('solo la clave secreta invita', async () => {
    const { error } = await persona().auth.admin.inviteUserByEmail(correoNuevo())
    expect(error).toMatchObject({ status: 403, code: 'not_admin' })
  })

  test('el registro pide confirmar, y la carta lleva al gateway y no al sitio', async () => {
    const email = correoNuevo()
    const { session } = exito(await persona().auth.signUp({ email, password: CLAVE }))
    expect(session).toBeNull()
    expect((await persona().auth.signInWithPassword({ email, password: CLAVE })).error).toMatchObject({
      code: 'email_not_confirmed',
    })
    const enlace = linkIn(servidor.correos.at(-1)!.text)
    expect(enlace).toContain(`${servidor.url}/auth/v1/verify?`)
    await seguir(enlace)
    expect((await persona().auth.signInWithPassword({ email, password: CLAVE })).error).toBeNull()
  })
})
