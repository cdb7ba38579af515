import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { call, makeEmpresa, makePerson } from '../api/support.ts'
import { client } from '../support/client.ts'
import { sql } from '../support/sql.ts'
import { type AuthServer, newEmail, ok, PASSWORD, startAuth } from './support.ts'

// An Auth that sends a mail and waits for its answer, as on a server of production.
let server: AuthServer
beforeAll(async () => {
  server = await startAuth({
    site_url: 'http://127.0.0.1:3000',
    additional_redirect_urls: [],
    minimum_password_length: 8,
    email: { enable_signup: true, enable_confirmations: true, double_confirm_changes: true },
  })
})
afterAll(() => server.close())

const NEW_PASSWORD = 'otra clave, la mía'
const stack = inject('stack')
const person = () => client(server.url, stack.publishableKey)
const profileOf = async (email: string) =>
  (
    await sql(
      'select u.empresa_id::int, u.rol, u.invitado_por from public.usuarios u join auth.users a using (id) where a.email = $1',
      [email],
    )
  )[0]

/** An exporter that invited an address, and who did; the token of the link. */
async function guest(email: string) {
  const empresa = await makeEmpresa('exportadora')
  const who = await makePerson(empresa)
  const { testigo } = ok(await who.supabase.rpc('invitar', { email })) as { testigo: string }
  return { testigo, expected: { empresa_id: empresa.id, rol: 'exportadora', invitado_por: who.id } }
}

const signUp = (email: string, data: object = {}) =>
  person().auth.signUp({ email, password: PASSWORD, options: { data } })

/** Follows the link of the last mail that went to an address; the session that it begins. */
async function openMail(email: string): Promise<string> {
  const texto = server.mails.findLast(({ to }) => to.includes(email))!.text!
  const link = /https?:\/\/\S+\/auth\/v1\/verify\S+/.exec(texto)![0]
  const answer = await fetch(link, { redirect: 'manual' })
  expect(answer.status).toBe(303)
  const [, fragment] = answer.headers.get('location')!.split('#')
  return new URLSearchParams(fragment).get('access_token')!
}

/** POST /invitaciones/aceptar with a session. */
const accept = (token: string, json: object) =>
  call({ token } as never, 'POST', '/invitaciones/aceptar', { json })

describe('quien se registra con el correo al que se le invitó', () => {
  test('y trae el testigo, recibe su perfil cuando confirma el correo', async () => {
    const email = newEmail()
    const { testigo, expected } = await guest(email)
    ok(await signUp(email, { invitacion: testigo }))
    expect(await profileOf(email)).toBeUndefined()
    await openMail(email)
    expect(await profileOf(email)).toEqual(expected)
  })

  test('sin el testigo no recibe nada, aunque el invitado confirme el correo', async () => {
    const email = newEmail()
    await guest(email)
    ok(await signUp(email))
    await openMail(email)
    expect(await profileOf(email)).toBeUndefined()
  })

  test('invitado por dos empresas, recibe la de su testigo', async () => {
    const email = newEmail()
    await guest(email)
    const { testigo, expected } = await guest(email)
    await guest(email)
    ok(await signUp(email, { invitacion: testigo }))
    await openMail(email)
    expect(await profileOf(email)).toEqual(expected)
  })

  test('si Auth lo da por confirmado sin enviarle nada, no recibe nada', async () => {
    const email = newEmail()
    await guest(email)
    const { admin } = client(server.url, stack.secretKey).auth
    ok(await admin.createUser({ email, password: PASSWORD, email_confirm: true }))
    expect(await profileOf(email)).toBeUndefined()
  })
})

describe('el correo que otro registró antes', () => {
  test('sigue siendo de su dueño, que entra por su buzón y pone su contraseña', async () => {
    const email = newEmail()
    const { testigo, expected } = await guest(email)
    ok(await signUp(email))
    const link = await openMail(email)
    // The stranger, who has the password, is in as soon as the address is confirmed.
    const intruder = person()
    const own = ok(await intruder.auth.signInWithPassword({ email, password: PASSWORD })).session!

    const withoutPassword = await accept(link, { testigo })
    expect([
      withoutPassword.status,
      withoutPassword.body.clave,
      withoutPassword.body.errores[0].campo,
    ]).toEqual([422, 'invitacion_pide_contrasena', 'contrasena'])
    expect(await profileOf(email)).toBeUndefined()
    const { status, body: payload } = await accept(link, {
      testigo,
      contrasena: NEW_PASSWORD,
      nombre: 'La Dueña',
    })
    expect([status, payload.nombre, payload.email]).toEqual([200, 'La Dueña', email])
    expect(await profileOf(email)).toEqual(expected)

    expect((await call({ token: own.access_token } as never, 'GET', '/perfil')).body.clave).toBe(
      'sesion_cerrada',
    )
    expect((await intruder.auth.refreshSession()).error).not.toBeNull()
    expect((await person().auth.signInWithPassword({ email, password: PASSWORD })).error?.code).toBe(
      'invalid_credentials',
    )
    const owner = ok(await person().auth.signInWithPassword({ email, password: NEW_PASSWORD })).session!
    expect((await call({ token: owner.access_token } as never, 'GET', '/perfil')).status).toBe(200)
    expect((await call({ token: link } as never, 'GET', '/perfil')).status).toBe(200)
  })

  test('no lo toma sin sesión quien solo tiene el testigo: quien invita también lo tiene', async () => {
    const email = newEmail()
    const { testigo } = await guest(email)
    const anonymous = client(stack.supabaseUrl, stack.publishableKey)
    ok(await signUp(email, { invitacion: 'a'.repeat(64) }))
    for (const confirmed of [false, true]) {
      if (confirmed) await openMail(email)
      const { error } = await anonymous.rpc('aceptar_invitacion', { testigo, contrasena: NEW_PASSWORD })
      expect(error).toMatchObject({ code: 'PT409', message: 'invitacion_pide_sesion' })
    }
    expect(await profileOf(email)).toBeUndefined()
    expect((await person().auth.signInWithPassword({ email, password: PASSWORD })).error).toBeNull()
  })

  test('y que entró con su contraseña acepta sin dar otra; con una sesión ya cerrada, no', async () => {
    const email = newEmail()
    const { testigo, expected } = await guest(email)
    ok(await signUp(email))
    await openMail(email)
    const [one, other] = [person(), person()]
    const closed = ok(await one.auth.signInWithPassword({ email, password: PASSWORD })).session!
    await one.auth.signOut({ scope: 'local' })
    expect((await accept(closed.access_token, { testigo })).body.clave).toBe('sesion_cerrada')
    ok(await other.auth.signInWithPassword({ email, password: PASSWORD }))
    // How the session began outlives its first token.
    const { session } = ok(await other.auth.refreshSession())
    expect((await accept(session!.access_token, { testigo })).status).toBe(200)
    expect(await profileOf(email)).toEqual(expected)
    ok(await person().auth.signInWithPassword({ email, password: PASSWORD }))
  })
})
