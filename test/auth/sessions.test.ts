import { jwtVerify } from 'jose'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { client } from '../support/client.ts'
import { sql } from '../support/sql.ts'
import { CLAVE, correoNuevo, exito, persona, servidorDeAuth } from './support.ts'

const stack = inject('stack')
const admin = client(stack.supabaseUrl, stack.secretKey).auth.admin

async function conSesion() {
  const email = correoNuevo()
  const { user } = exito(
    await admin.createUser({
      email,
      password: CLAVE,
      email_confirm: true,
      app_metadata: { plan: 'a' },
      user_metadata: { nombre: 'Ana' },
    }),
  )
  const quien = persona()
  const { session } = exito(await quien.auth.signInWithPassword({ email, password: CLAVE }))
  return { id: user!.id, email, quien, session: session! }
}

test('el token dice lo que dice el de GoTrue, firmado con HS256', async () => {
  const { id, email, session } = await conSesion()
  const secreto = new TextEncoder().encode(stack.jwtSecret)
  const { payload } = await jwtVerify(session.access_token, secreto, {
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
  const { email } = await conSesion()
  const falsa = await persona().auth.signInWithPassword({ email, password: 'no es esta' })
  const nadie = await persona().auth.signInWithPassword({ email: correoNuevo(), password: 'no es esta' })
  expect(falsa.error).toMatchObject({ status: 400, code: 'invalid_credentials' })
  expect(nadie.error).toEqual(falsa.error)
})

test('renovar cambia el token de renovación y el nuevo sirve', async () => {
  const { quien, session, id } = await conSesion()
  const una = exito(await quien.auth.refreshSession()).session!
  expect(una.refresh_token).not.toBe(session.refresh_token)
  const otra = exito(await persona().auth.refreshSession({ refresh_token: una.refresh_token }))
  expect(otra.user).toMatchObject({ id, app_metadata: { plan: 'a' } })
  expect(otra.session!.access_token).toBeTruthy()
})

test('un token de renovación robado y usado tarde acaba con la sesión', async () => {
  const { session } = await conSesion()
  const una = exito(await persona().auth.refreshSession({ refresh_token: session.refresh_token })).session!
  const dos = exito(await persona().auth.refreshSession({ refresh_token: una.refresh_token })).session!
  const robado = await persona().auth.refreshSession({ refresh_token: session.refresh_token })
  expect(robado.error).toMatchObject({ code: 'refresh_token_already_used' })
  expect((await persona().auth.refreshSession({ refresh_token: dos.refresh_token })).error).not.toBeNull()
})

test('al salir, ni el token de acceso ni el de renovación abren', async () => {
  const { quien, session } = await conSesion()
  expect((await quien.auth.signOut()).error).toBeNull()
  expect((await persona().auth.refreshSession({ refresh_token: session.refresh_token })).error).not.toBeNull()
  expect((await persona().auth.getUser(session.access_token)).error).not.toBeNull()
})

test('un administrador cierra la sesión de otro con su token', async () => {
  const { session } = await conSesion()
  expect((await admin.signOut(session.access_token)).error).toBeNull()
  expect((await persona().auth.refreshSession({ refresh_token: session.refresh_token })).error).not.toBeNull()
})

test('quien cambia su contraseña sigue dentro y sus otras sesiones no', async () => {
  const { email, quien } = await conSesion()
  const otra = exito(await persona().auth.signInWithPassword({ email, password: CLAVE })).session!
  exito(await quien.auth.updateUser({ password: 'una clave nueva' }))
  expect((await persona().auth.refreshSession({ refresh_token: otra.refresh_token })).error).not.toBeNull()
  expect((await quien.auth.refreshSession()).error).toBeNull()
})

test('nadie se da metadatos de aplicación ni rol', async () => {
  const { quien, id, session } = await conSesion()
  const respuesta = await fetch(`${stack.supabaseUrl}/auth/v1/user`, {
    method: 'PUT',
    headers: { apikey: stack.publishableKey, authorization: `Bearer ${session.access_token}` },
    body: JSON.stringify({ app_metadata: { plan: 'z' }, role: 'service_role', data: { nombre: 'Eva' } }),
  })
  expect(respuesta.status).toBe(200)
  expect(exito(await admin.getUserById(id)).user).toMatchObject({
    role: 'authenticated',
    app_metadata: { plan: 'a' },
    user_metadata: { nombre: 'Eva' },
  })
  expect((await quien.auth.getUser()).error).toBeNull()
})

test('los metadatos son JSON que SQL lee, también los de quien se registró', async () => {
  const email = correoNuevo()
  exito(await persona().auth.signUp({ email, password: CLAVE, options: { data: { nombre: 'Ana' } } }))
  const rows = await sql(
    `select raw_user_meta_data ->> 'nombre' as nombre, raw_app_meta_data ->> 'provider' as provider, i.email
     from auth.users u join auth.identities i on i.user_id = u.id where u.email = $1`,
    [email],
  )
  expect(rows).toEqual([{ nombre: 'Ana', provider: 'email', email }])
})

describe('con el registro cerrado', async () => {
  const servidor = await servidorDeAuth({ site_url: 'http://127.0.0.1:3000', enable_signup: false })
  afterAll(() => servidor.close())
  const nadie = () => client(servidor.url, stack.publishableKey)

  test('nadie se registra, ni con contraseña ni pidiendo un código', async () => {
    const email = correoNuevo()
    expect((await nadie().auth.signUp({ email, password: CLAVE })).error).toMatchObject({
      code: 'signup_disabled',
    })
    // Answered as to who has an account, which would be told otherwise.
    exito(await nadie().auth.signInWithOtp({ email }))
    const { users } = exito(await admin.listUsers({ perPage: 1000 }))
    expect(users.some((usuario) => usuario.email === email)).toBe(false)
    expect(servidor.correos).toEqual([])
  })

  test('quien ya tiene cuenta recibe su código', async () => {
    const { email } = await conSesion()
    exito(await nadie().auth.signInWithOtp({ email }))
    const token = /\b\d{6}\b/.exec(servidor.correos.at(-1)!.text)![0]
    expect(exito(await nadie().auth.verifyOtp({ email, token, type: 'email' })).user).toMatchObject({ email })
  })

  test('un administrador sí crea usuarios', async () => {
    const { error } = await client(servidor.url, stack.secretKey).auth.admin.createUser({
      email: correoNuevo(),
    })
    expect(error).toBeNull()
  })
})
