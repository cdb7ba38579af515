import { jwtVerify } from 'jose'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { client } from '../support/client.ts'
import { sql } from '../support/sql.ts'
import { newEmail, ok, PASSWORD, person, startAuth } from './support.ts'

const stack = inject('stack')
const admin = client(stack.supabaseUrl, stack.secretKey).auth.admin

async function withSession() {
  const email = newEmail()
  const { user } = ok(
    await admin.createUser({
      email,
      password: PASSWORD,
      email_confirm: true,
      app_metadata: { plan: 'a' },
      user_metadata: { nombre: 'Ana' },
    }),
  )
  const who = person()
  const { session } = ok(await who.auth.signInWithPassword({ email, password: PASSWORD }))
  return { id: user!.id, email, quien: who, session: session! }
}

test('el token dice lo que dice el de GoTrue, firmado con HS256', async () => {
  const { id, email, session } = await withSession()
  const secret = new TextEncoder().encode(stack.jwtSecret)
  const { payload } = await jwtVerify(session.access_token, secret, {
    algorithms: ['HS256'],
    audience: 'authenticated',
    issuer: `${stack.supabaseUrl}/auth/v1`,
  })
  expect(payload).toMatchObject({
    sub: id,
    email,
    phone: '',
    role: 'authenticated',
    aal: 'aal1',
    is_anonymous: false,
    session_id: expect.any(String),
    app_metadata: { plan: 'a', provider: 'email' },
    user_metadata: { nombre: 'Ana' },
  })
  expect(payload.exp! - payload.iat!).toBe(session.expires_in)
})

test('una contraseña falsa y un correo desconocido responden igual', async () => {
  const { email } = await withSession()
  const fake = await person().auth.signInWithPassword({ email, password: 'no es esta' })
  const nobody = await person().auth.signInWithPassword({ email: newEmail(), password: 'no es esta' })
  expect(fake.error).toMatchObject({ status: 400, code: 'invalid_credentials' })
  expect(nobody.error).toEqual(fake.error)
})

test('renovar cambia el token de renovación y el nuevo sirve', async () => {
  const { quien: who, session, id } = await withSession()
  const one = ok(await who.auth.refreshSession()).session!
  expect(one.refresh_token).not.toBe(session.refresh_token)
  const other = ok(await person().auth.refreshSession({ refresh_token: one.refresh_token }))
  expect(other.user).toMatchObject({ id, app_metadata: { plan: 'a' } })
  expect(other.session!.access_token).toBeTruthy()
})

test('un token de renovación robado y usado tarde acaba con la sesión', async () => {
  const { session } = await withSession()
  const one = ok(await person().auth.refreshSession({ refresh_token: session.refresh_token })).session!
  const two = ok(await person().auth.refreshSession({ refresh_token: one.refresh_token })).session!
  // Within it several tabs may ask with the same one: test/auth/refresh.test.ts.
  await sql(
    `update auth.refresh_tokens set updated_at = updated_at - interval '1 minute'
     where session_id = (select session_id from auth.refresh_tokens where token = $1)`,
    [session.refresh_token],
  )
  const stolen = await person().auth.refreshSession({ refresh_token: session.refresh_token })
  expect(stolen.error).toMatchObject({ code: 'refresh_token_already_used' })
  expect((await person().auth.refreshSession({ refresh_token: two.refresh_token })).error).not.toBeNull()
})

test('al salir, ni el token de acceso ni el de renovación abren', async () => {
  const { quien: who, session } = await withSession()
  expect((await who.auth.signOut()).error).toBeNull()
  expect((await person().auth.refreshSession({ refresh_token: session.refresh_token })).error).not.toBeNull()
  expect((await person().auth.getUser(session.access_token)).error).not.toBeNull()
})

test('un administrador cierra la sesión de otro con su token', async () => {
  const { session } = await withSession()
  expect((await admin.signOut(session.access_token)).error).toBeNull()
  expect((await person().auth.refreshSession({ refresh_token: session.refresh_token })).error).not.toBeNull()
})

test('quien cambia su contraseña sigue dentro y sus otras sesiones no', async () => {
  const { email, quien: who } = await withSession()
  const other = ok(await person().auth.signInWithPassword({ email, password: PASSWORD })).session!
  ok(await who.auth.updateUser({ password: 'una clave nueva' }))
  expect((await person().auth.refreshSession({ refresh_token: other.refresh_token })).error).not.toBeNull()
  expect((await who.auth.refreshSession()).error).toBeNull()
})

test('nadie se da metadatos de aplicación ni rol', async () => {
  const { quien: who, id, session } = await withSession()
  const put = async (body: object) => {
    const answer = await fetch(`${stack.supabaseUrl}/auth/v1/user`, {
      method: 'PUT',
      headers: { apikey: stack.publishableKey, authorization: `Bearer ${session.access_token}` },
      body: JSON.stringify(body),
    })
    return [answer.status, (await answer.json()).error_code]
  }
  expect(await put({ app_metadata: { plan: 'z' }, data: { nombre: 'Nadie' } })).toEqual([403, 'not_admin'])
  expect(await put({ app_metadata: null, role: 'service_role', data: { nombre: 'Eva' } })).toEqual([
    200,
    undefined,
  ])
  expect(ok(await admin.getUserById(id)).user).toMatchObject({
    role: 'authenticated',
    app_metadata: { plan: 'a' },
    user_metadata: { nombre: 'Eva' },
  })
  expect((await who.auth.getUser()).error).toBeNull()
})

test('los metadatos son JSON que SQL lee, también los de quien se registró', async () => {
  const email = newEmail()
  ok(await person().auth.signUp({ email, password: PASSWORD, options: { data: { nombre: 'Ana' } } }))
  const rows = await sql(
    `select raw_user_meta_data ->> 'nombre' as nombre, raw_app_meta_data ->> 'provider' as provider, i.email
     from auth.users u join auth.identities i on i.user_id = u.id where u.email = $1`,
    [email],
  )
  expect(rows).toEqual([{ nombre: 'Ana', provider: 'email', email }])
})

describe('con el registro cerrado', async () => {
  const server = await startAuth({ site_url: 'http://127.0.0.1:3000', enable_signup: false })
  afterAll(() => server.close())
  const nobody = () => client(server.url, stack.publishableKey)

  test('nadie se registra, ni con contraseña ni pidiendo un código', async () => {
    const email = newEmail()
    expect((await nobody().auth.signUp({ email, password: PASSWORD })).error).toMatchObject({
      code: 'signup_disabled',
    })
    // Answered as to who has an account, which would be told otherwise.
    ok(await nobody().auth.signInWithOtp({ email }))
    const { users } = ok(await admin.listUsers({ perPage: 1000 }))
    expect(users.some((user) => user.email === email)).toBe(false)
    expect(server.mails).toEqual([])
  })

  test('quien ya tiene cuenta recibe su código', async () => {
    const { email } = await withSession()
    ok(await nobody().auth.signInWithOtp({ email }))
    const token = /\b\d{6}\b/.exec(server.mails.at(-1)!.text)![0]
    expect(ok(await nobody().auth.verifyOtp({ email, token, type: 'email' })).user).toMatchObject({ email })
  })

  test('un administrador sí crea usuarios', async () => {
    const { error } = await client(server.url, stack.secretKey).auth.admin.createUser({
      email: newEmail(),
    })
    expect(error).toBeNull()
  })
})
