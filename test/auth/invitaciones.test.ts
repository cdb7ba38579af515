import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { crearEmpresa, crearPersona, llamar } from '../api/support.ts'
import { client } from '../support/client.ts'
import { sql } from '../support/sql.ts'
import { CLAVE, correoNuevo, exito, type ServidorDeAuth, servidorDeAuth } from './support.ts'

// An Auth that sends a mail and waits for its answer, as on a server of production.
let servidor: ServidorDeAuth
beforeAll(async () => {
  servidor = await servidorDeAuth({
    site_url: 'http://127.0.0.1:3000',
    additional_redirect_urls: [],
    minimum_password_length: 8,
    email: { enable_signup: true, enable_confirmations: true, double_confirm_changes: true },
  })
})
afterAll(() => servidor.close())

const NUEVA = 'otra clave, la mía'
const stack = inject('stack')
const persona = () => client(servidor.url, stack.publishableKey)
const perfilDe = async (email: string) =>
  (
    await sql(
      'select u.empresa_id::int, u.rol, u.invitado_por from public.usuarios u join auth.users a using (id) where a.email = $1',
      [email],
    )
  )[0]

/** An exporter that invited an address, and who did; the token of the link. */
async function invitado(email: string) {
  const empresa = await crearEmpresa('exportadora')
  const quien = await crearPersona(empresa)
  const { testigo } = exito(await quien.supabase.rpc('invitar', { email })) as { testigo: string }
  return { testigo, esperado: { empresa_id: empresa.id, rol: 'exportadora', invitado_por: quien.id } }
}

const registrarse = (email: string, data: object = {}) =>
  persona().auth.signUp({ email, password: CLAVE, options: { data } })

/** Follows the link of the last mail that went to an address; the session that it begins. */
async function abrirCorreo(email: string): Promise<string> {
  const texto = servidor.correos.findLast(({ to }) => to.includes(email))!.text!
  const enlace = /https?:\/\/\S+\/auth\/v1\/verify\S+/.exec(texto)![0]
  const respuesta = await fetch(enlace, { redirect: 'manual' })
  expect(respuesta.status).toBe(303)
  const [, fragmento] = respuesta.headers.get('location')!.split('#')
  return new URLSearchParams(fragmento).get('access_token')!
}

/** POST /invitaciones/aceptar with a session. */
const aceptar = (token: string, json: object) =>
  llamar({ token } as never, 'POST', '/invitaciones/aceptar', { json })

describe('quien se registra con el correo al que se le invitó', () => {
  test('y trae el testigo, recibe su perfil cuando confirma el correo', async () => {
    const email = correoNuevo()
    const { testigo, esperado } = await invitado(email)
    exito(await registrarse(email, { invitacion: testigo }))
    expect(await perfilDe(email)).toBeUndefined()
    await abrirCorreo(email)
    expect(await perfilDe(email)).toEqual(esperado)
  })

  test('sin el testigo no recibe nada, aunque el invitado confirme el correo', async () => {
    const email = correoNuevo()
    await invitado(email)
    exito(await registrarse(email))
    await abrirCorreo(email)
    expect(await perfilDe(email)).toBeUndefined()
  })

  test('invitado por dos empresas, recibe la de su testigo', async () => {
    const email = correoNuevo()
    await invitado(email)
    const { testigo, esperado } = await invitado(email)
    await invitado(email)
    exito(await registrarse(email, { invitacion: testigo }))
    await abrirCorreo(email)
    expect(await perfilDe(email)).toEqual(esperado)
  })

  test('si Auth lo da por confirmado sin enviarle nada, no recibe nada', async () => {
    const email = correoNuevo()
    await invitado(email)
    const { admin } = client(servidor.url, stack.secretKey).auth
    exito(await admin.createUser({ email, password: CLAVE, email_confirm: true }))
    expect(await perfilDe(email)).toBeUndefined()
  })
})

describe('el correo que otro registró antes', () => {
  test('sigue siendo de su dueño, que entra por su buzón y pone su contraseña', async () => {
    const email = correoNuevo()
    const { testigo, esperado } = await invitado(email)
    exito(await registrarse(email))
    const enlace = await abrirCorreo(email)
    // The stranger, who has the password, is in as soon as the address is confirmed.
    const intruso = persona()
    const suya = exito(await intruso.auth.signInWithPassword({ email, password: CLAVE })).session!

    const sinClave = await aceptar(enlace, { testigo })
    expect([sinClave.status, sinClave.cuerpo.clave, sinClave.cuerpo.errores[0].campo]).toEqual([
      422,
      'invitacion_pide_contrasena',
      'contrasena',
    ])
    expect(await perfilDe(email)).toBeUndefined()
    const { status, cuerpo } = await aceptar(enlace, { testigo, contrasena: NUEVA, nombre: 'La Dueña' })
    expect([status, cuerpo.nombre, cuerpo.email]).toEqual([200, 'La Dueña', email])
    expect(await perfilDe(email)).toEqual(esperado)

    expect((await llamar({ token: suya.access_token } as never, 'GET', '/perfil')).cuerpo.clave).toBe(
      'sesion_cerrada',
    )
    expect((await intruso.auth.refreshSession()).error).not.toBeNull()
    expect((await persona().auth.signInWithPassword({ email, password: CLAVE })).error?.code).toBe(
      'invalid_credentials',
    )
    const duena = exito(await persona().auth.signInWithPassword({ email, password: NUEVA })).session!
    expect((await llamar({ token: duena.access_token } as never, 'GET', '/perfil')).status).toBe(200)
    expect((await llamar({ token: enlace } as never, 'GET', '/perfil')).status).toBe(200)
  })

  test('no lo toma sin sesión quien solo tiene el testigo: quien invita también lo tiene', async () => {
    const email = correoNuevo()
    const { testigo } = await invitado(email)
    const anonimo = client(stack.supabaseUrl, stack.publishableKey)
    exito(await registrarse(email, { invitacion: 'a'.repeat(64) }))
    for (const confirmada of [false, true]) {
      if (confirmada) await abrirCorreo(email)
      const { error } = await anonimo.rpc('aceptar_invitacion', { testigo, contrasena: NUEVA })
      expect(error).toMatchObject({ code: 'PT409', message: 'invitacion_pide_sesion' })
    }
    expect(await perfilDe(email)).toBeUndefined()
    expect((await persona().auth.signInWithPassword({ email, password: CLAVE })).error).toBeNull()
  })

  test('y que entró con su contraseña acepta sin dar otra; con una sesión ya cerrada, no', async () => {
    const email = correoNuevo()
    const { testigo, esperado } = await invitado(email)
    exito(await registrarse(email))
    await abrirCorreo(email)
    const [una, otra] = [persona(), persona()]
    const cerrada = exito(await una.auth.signInWithPassword({ email, password: CLAVE })).session!
    await una.auth.signOut({ scope: 'local' })
    expect((await aceptar(cerrada.access_token, { testigo })).cuerpo.clave).toBe('sesion_cerrada')
    exito(await otra.auth.signInWithPassword({ email, password: CLAVE }))
    // How the session began outlives its first token.
    const { session } = exito(await otra.auth.refreshSession())
    expect((await aceptar(session!.access_token, { testigo })).status).toBe(200)
    expect(await perfilDe(email)).toEqual(esperado)
    exito(await persona().auth.signInWithPassword({ email, password: CLAVE }))
  })
})
