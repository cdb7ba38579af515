import type { SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { client } from '../support/client.ts'
import { codeIn, linkIn } from '../support/smtp.ts'
import { type ConCorreo, dicho, MOVIL, seguir, servidorConCorreo } from './app.ts'
import { CLAVE, correoNuevo, exito } from './support.ts'

const PRIMERO = 'Confirmation link accepted. Please proceed to confirm link sent to the other email'
let aqui: ConCorreo
beforeAll(async () => {
  aqui = await servidorConCorreo()
})
afterAll(() => aqui.close())

async function dentro(flowType: 'pkce' | 'implicit') {
  const actual = await aqui.conCuenta()
  const quien = aqui.app(flowType)
  const { user } = exito(await quien.auth.signInWithPassword({ email: actual, password: CLAVE }))
  return { actual, nuevo: correoNuevo('nueva'), quien, id: user.id }
}

/** The address of the account and the one that it asks for, as an administrator sees them. */
async function correos(id: string) {
  const { admin } = client(aqui.servidor.url, inject('stack').secretKey).auth
  const { email, new_email, identities } = exito(await admin.getUserById(id)).user!
  return { email, new_email, identidad: identities?.[0]?.identity_data?.email }
}

const entra = async (email: string, password = CLAVE) =>
  (await aqui.app('implicit').auth.signInWithPassword({ email, password })).error?.code ?? 'entra'

describe.each(['implicit', 'pkce'] as const)('con flowType %s', (flowType) => {
  test.each([
    ['el de siempre primero', false],
    ['el nuevo primero', true],
  ])('cada correo confirma con su enlace, %s', async (_, alReves) => {
    const { actual, nuevo, quien, id } = await dentro(flowType)
    const { user } = exito(await quien.auth.updateUser({ email: nuevo }, { emailRedirectTo: MOVIL }))
    expect(user).toMatchObject({ email: actual, new_email: nuevo })
    expect(aqui.smtp.received.slice(-2).map(({ to, parsed }) => [to[0], parsed.subject])).toEqual([
      [actual, 'Confirme el cambio de su correo'],
      [nuevo, 'Confirme su nuevo correo'],
    ])
    expect(aqui.smtp.textFor(nuevo)).toContain(`de ${actual} a ${nuevo}`)
    const [uno, dos] = alReves ? [nuevo, actual] : [actual, nuevo]

    const llegada = await seguir(linkIn(aqui.smtp.textFor(uno)))
    expect(llegada.href.split(/[?#]/)[0]).toBe(MOVIL)
    expect(dicho(llegada).get('message')).toBe(PRIMERO)
    expect(dicho(await seguir(linkIn(aqui.smtp.textFor(uno)))).get('error_code')).toBe('otp_expired')
    expect(await correos(id)).toEqual({ email: actual, new_email: nuevo, identidad: actual })

    const { destino, session } = await aqui.abrir(quien, dos)
    expect(destino).toBe(MOVIL)
    expect(session.user.email).toBe(nuevo)
    expect(await correos(id)).toEqual({ email: nuevo, new_email: undefined, identidad: nuevo })
    expect([await entra(nuevo), await entra(actual)]).toEqual(['entra', 'invalid_credentials'])
  })

  test.each([
    ['el de siempre primero', false],
    ['el nuevo primero', true],
  ])('o con su código, %s', async (_, alReves) => {
    const { actual, nuevo, quien, id } = await dentro(flowType)
    exito(await quien.auth.updateUser({ email: nuevo }))
    const [uno, dos] = alReves ? [nuevo, actual] : [actual, nuevo]
    const verificar = (email: string, token = codeIn(aqui.smtp.textFor(email))) =>
      aqui.app(flowType).auth.verifyOtp({ email, token, type: 'email_change' })
    expect((await verificar(uno)).data.session).toBeNull()
    expect((await verificar(uno)).error).toMatchObject({ code: 'otp_expired' })
    expect((await correos(id)).email).toBe(actual)
    expect(exito(await verificar(dos)).user?.email).toBe(nuevo)
  })
})

test('escrito de otro modo, el camino no se salta la segunda confirmación', async () => {
  const { actual, nuevo, quien, id } = await dentro('implicit')
  exito(await quien.auth.updateUser({ email: nuevo }))
  const enlace = linkIn(aqui.smtp.textFor(actual)).replace('/verify', '/%76erify')
  expect((await fetch(enlace, { redirect: 'manual' })).status).toBe(404)
  expect(await correos(id)).toMatchObject({ email: actual, new_email: nuevo })
})

test('pedirlo otra vez envía los dos, y los enlaces de antes ya no valen', async () => {
  const { actual, nuevo, quien, id } = await dentro('implicit')
  exito(await quien.auth.updateUser({ email: nuevo }))
  const viejos = [actual, nuevo].map((correo) => linkIn(aqui.smtp.textFor(correo)))
  exito(await quien.auth.resend({ type: 'email_change', email: actual }))
  for (const viejo of viejos) expect(dicho(await seguir(viejo)).get('error_code')).toBe('otp_expired')
  expect(dicho(await seguir(linkIn(aqui.smtp.textFor(actual)))).get('message')).toBe(PRIMERO)
  await aqui.abrir(quien, nuevo)
  expect((await correos(id)).email).toBe(nuevo)
})

describe('se rechaza, y no cambia ni se envía nada', () => {
  let quien: SupabaseClient
  let actual: string
  let id: string
  let enviados: number
  beforeAll(async () => {
    ;({ quien, actual, id } = await dentro('implicit'))
    enviados = aqui.smtp.received.length
  })

  test('el correo de otro', async () => {
    const email = await aqui.conCuenta()
    const { error } = await quien.auth.updateUser({ email, data: { nombre: 'Eva' } })
    expect(error).toMatchObject({ status: 422, code: 'email_exists' })
  })

  test('lo que no es un correo, o una contraseña débil con él', async () => {
    const mal = await quien.auth.updateUser({ email: 'no es un correo', password: 'otra clave larga' })
    expect(mal.error).toMatchObject({ status: 400, code: 'validation_failed' })
    const debil = await quien.auth.updateUser({ email: correoNuevo(), password: 'corta' })
    expect(debil.error).toMatchObject({ status: 422, code: 'weak_password' })
  })

  test('lo que pide quien no ha entrado', async () => {
    const respuesta = await fetch(`${aqui.servidor.url}/auth/v1/user`, {
      method: 'PUT',
      headers: { apikey: inject('stack').publishableKey },
      body: JSON.stringify({ email: correoNuevo() }),
    })
    expect(respuesta.status).toBe(401)
  })

  afterAll(async () => {
    expect(await correos(id)).toMatchObject({ email: actual, new_email: undefined })
    expect(await entra(actual)).toBe('entra')
    expect(aqui.smtp.received).toHaveLength(enviados)
  })
})

test('el correo, la contraseña y los datos se piden juntos', async () => {
  const { actual, nuevo, quien } = await dentro('implicit')
  const pedido = { email: nuevo, password: 'otra-clave-2025', data: { nombre: 'Ana' } }
  const { user } = exito(await quien.auth.updateUser(pedido))
  expect(user).toMatchObject({ email: actual, new_email: nuevo, user_metadata: { nombre: 'Ana' } })
  expect(await entra(actual, 'otra-clave-2025')).toBe('entra')
})

test('si la contraseña es la de antes no se cambia tampoco el correo', async () => {
  const { nuevo, quien, id } = await dentro('implicit')
  const { error } = await quien.auth.updateUser({ email: nuevo, password: CLAVE })
  expect(error).toMatchObject({ status: 422, code: 'same_password' })
  expect((await correos(id)).new_email).toBeUndefined()
})

describe('con double_confirm_changes = false', () => {
  let solo: ConCorreo
  beforeAll(async () => {
    solo = await servidorConCorreo({ double_confirm_changes: false })
  })
  afterAll(() => solo.close())

  test('confirma solo el correo nuevo', async () => {
    const actual = await solo.conCuenta()
    const nuevo = correoNuevo('nueva')
    const quien = solo.app('pkce')
    exito(await quien.auth.signInWithPassword({ email: actual, password: CLAVE }))
    exito(await quien.auth.updateUser({ email: nuevo }))
    expect(solo.smtp.received.map(({ to }) => to[0])).toEqual([nuevo])
    expect((await solo.abrir(quien, nuevo)).session.user.email).toBe(nuevo)
  })
})
