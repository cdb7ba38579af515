import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { crearEmpresa, crearPersona, sql } from '../api/apoyo.ts'
import { CLAVE, cliente, correoNuevo, exito, type ServidorDeAuth, servidorDeAuth } from './servidor.ts'

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

const persona = () => cliente(servidor.url, inject('stack').publishableKey)
const perfilDe = async (email: string) =>
  (
    await sql(
      'select u.empresa_id::int, u.rol, u.invitado_por from public.usuarios u join auth.users a using (id) where a.email = $1',
      [email],
    )
  )[0]

/** An exporter that invited an address, and who did. */
async function invitado(email: string) {
  const empresa = await crearEmpresa('exportadora')
  const quien = await crearPersona(empresa)
  exito(await quien.supabase.rpc('invitar', { email }))
  return { empresa_id: empresa.id, rol: 'exportadora', invitado_por: quien.id }
}

const registrarse = (email: string) => persona().auth.signUp({ email, password: CLAVE })

/** Follows the link of the last mail that went to an address. */
async function confirmar(email: string) {
  const texto = servidor.correos.findLast(({ to }) => to.includes(email))!.text!
  const enlace = /https?:\/\/\S+\/auth\/v1\/verify\S+/.exec(texto)![0]
  expect((await fetch(enlace, { redirect: 'manual' })).status).toBe(303)
}

describe('quien se registra con el correo al que se le invitó', () => {
  test('no recibe nada hasta que lo confirma, y entonces su perfil, sin otro paso', async () => {
    const email = correoNuevo()
    const esperado = await invitado(email)
    exito(await registrarse(email))
    expect(await perfilDe(email)).toBeUndefined()
    await confirmar(email)
    expect(await perfilDe(email)).toEqual(esperado)
  })

  test('invitado por dos empresas, el enlace dice cuál: sin él no recibe ninguna', async () => {
    const email = correoNuevo()
    await invitado(email)
    await invitado(email)
    exito(await registrarse(email))
    await confirmar(email)
    expect(await perfilDe(email)).toBeUndefined()
  })

  test('si Auth lo da por confirmado sin enviarle nada, no recibe nada', async () => {
    const email = correoNuevo()
    await invitado(email)
    const { admin } = cliente(servidor.url, inject('stack').secretKey).auth
    exito(await admin.createUser({ email, password: CLAVE, email_confirm: true }))
    expect(await perfilDe(email)).toBeUndefined()
  })
})
