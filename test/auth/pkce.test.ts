import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { linkIn } from '../support/smtp.ts'
import { type ConCorreo, seguir, servidorConCorreo } from './app.ts'
import { exito } from './support.ts'

let aqui: ConCorreo
beforeAll(async () => {
  aqui = await servidorConCorreo()
})
afterAll(() => aqui.close())

test('el código de un enlace PKCE solo lo cambia la aplicación que lo pidió', async () => {
  const [dueno, otro] = [aqui.app('pkce'), aqui.app('pkce')]
  const email = await aqui.conCuenta()
  exito(await dueno.auth.resetPasswordForEmail(email))
  exito(await otro.auth.resetPasswordForEmail(await aqui.conCuenta()))
  const codigo = (await seguir(linkIn(aqui.smtp.textFor(email)))).searchParams.get('code')!
  expect((await otro.auth.exchangeCodeForSession(codigo)).error).toMatchObject({ code: 'bad_code_verifier' })
  expect(exito(await dueno.auth.exchangeCodeForSession(codigo)).user.email).toBe(email)
  exito(await dueno.auth.resetPasswordForEmail(email))
  expect((await dueno.auth.exchangeCodeForSession(codigo)).error).toMatchObject({
    code: 'flow_state_not_found',
  })
})

test('con token_hash, como lo hace un servidor, vale también el de un enlace PKCE', async () => {
  const email = await aqui.conCuenta()
  exito(await aqui.app('pkce').auth.resetPasswordForEmail(email))
  const token_hash = new URL(linkIn(aqui.smtp.textFor(email))).searchParams.get('token')!
  expect(exito(await aqui.app('implicit').auth.verifyOtp({ token_hash, type: 'recovery' })).user?.email).toBe(
    email,
  )
})

test('la sesión de un enlace dice que empezó con un correo, y no con la contraseña', async () => {
  for (const quien of [aqui.app('pkce'), aqui.app('implicit')]) {
    const email = await aqui.conCuenta()
    exito(await quien.auth.resetPasswordForEmail(email))
    const { amr } = decodeJwt((await aqui.abrir(quien, email)).session.access_token)
    expect(amr).toMatchObject([{ method: 'otp' }])
  }
})

test('un programa que mira el enlace con HEAD no lo gasta', async () => {
  const quien = aqui.app('implicit')
  const email = await aqui.conCuenta()
  exito(await quien.auth.resetPasswordForEmail(email))
  expect((await fetch(linkIn(aqui.smtp.textFor(email)), { method: 'HEAD', redirect: 'manual' })).status).toBe(
    405,
  )
  expect((await aqui.abrir(quien, email)).session.user.email).toBe(email)
})

test.each([
  [{ code_challenge: 'a'.repeat(43) }, 'PKCE flow requires'],
  [{ code_challenge: 'corto', code_challenge_method: 's256' }, 'between 43 and 128'],
  [{ code_challenge: 'ñ'.repeat(43), code_challenge_method: 's256' }, 'can only contain'],
  [{ code_challenge: 'a'.repeat(43), code_challenge_method: 'md5' }, 'Invalid code_challenge_method'],
])('se rechaza el reto %j y nada se envía', async (reto, mensaje) => {
  const email = await aqui.conCuenta()
  const enviados = aqui.smtp.received.length
  const respuesta = await fetch(`${aqui.servidor.url}/auth/v1/recover`, {
    method: 'POST',
    headers: { apikey: inject('stack').publishableKey },
    body: JSON.stringify({ email, ...reto }),
  })
  expect([respuesta.status, (await respuesta.json()).msg]).toEqual([400, expect.stringContaining(mensaje)])
  expect(aqui.smtp.received).toHaveLength(enviados)
})
