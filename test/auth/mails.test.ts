import type { SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeIn, linkIn } from '../support/smtp.ts'
import { type ConCorreo, dicho, MOVIL, SITIO, seguir, servidorConCorreo } from './app.ts'
import { CLAVE, correoNuevo, exito } from './support.ts'

let aqui: ConCorreo
beforeAll(async () => {
  aqui = await servidorConCorreo()
})
afterAll(() => aqui.close())

// What asks for a mail, and whether the account is there before.
const PEDIDOS = {
  registro: async (quien: SupabaseClient, email: string, redirectTo: string) =>
    exito(await quien.auth.signUp({ email, password: CLAVE, options: { emailRedirectTo: redirectTo } })),
  reenvio: async (quien: SupabaseClient, email: string, redirectTo: string) => {
    exito(await quien.auth.signUp({ email, password: CLAVE }))
    exito(await quien.auth.resend({ type: 'signup', email, options: { emailRedirectTo: redirectTo } }))
  },
  recuperacion: async (quien: SupabaseClient, email: string, redirectTo: string) =>
    exito(await quien.auth.resetPasswordForEmail(email, { redirectTo })),
  'enlace mágico': async (quien: SupabaseClient, email: string, redirectTo: string) =>
    exito(await quien.auth.signInWithOtp({ email, options: { emailRedirectTo: redirectTo } })),
}
const ASUNTOS: Record<string, string> = {
  registro: 'Confirme su correo',
  reenvio: 'Confirme su correo',
  recuperacion: 'Cambie su contraseña',
  'enlace mágico': 'Su enlace para entrar',
}
const nuevo = (pedido: string) => (/^re[ge]/.test(pedido) ? correoNuevo() : aqui.conCuenta())

describe.each(['implicit', 'pkce'] as const)('con flowType %s', (flowType) => {
  test.each(Object.keys(PEDIDOS) as (keyof typeof PEDIDOS)[])(
    '%s: el enlace lleva a la aplicación y abre una sesión, una vez',
    async (pedido) => {
      const quien = aqui.app(flowType)
      const email = await nuevo(pedido)
      await PEDIDOS[pedido](quien, email, MOVIL)
      const { parsed, from, to } = aqui.smtp.received.at(-1)!
      expect({ from, to, subject: parsed.subject }).toEqual({
        from: 'hola@triboka.ec',
        to: [email],
        subject: ASUNTOS[pedido],
      })
      const enlace = linkIn(parsed.text!)
      expect(parsed.html).toContain(enlace.replaceAll('&', '&#38;'))
      const { destino, session } = await aqui.abrir(quien, email)
      expect(destino).toBe(MOVIL)
      expect(session.user.email).toBe(email)
      expect(exito(await quien.auth.getUser()).user.email).toBe(email)

      expect(dicho(await seguir(enlace)).get('error_code')).toBe('otp_expired')
    },
  )

  test.each(Object.keys(PEDIDOS) as (keyof typeof PEDIDOS)[])('%s: el código también', async (pedido) => {
    const quien = aqui.app(flowType)
    const email = await nuevo(pedido)
    await PEDIDOS[pedido](quien, email, MOVIL)
    const token = codeIn(aqui.smtp.textFor(email))
    const type = pedido === 'recuperacion' ? 'recovery' : 'email'
    expect(exito(await quien.auth.verifyOtp({ email, token, type })).user?.email).toBe(email)
    expect((await quien.auth.verifyOtp({ email, token, type })).error).toMatchObject({ code: 'otp_expired' })
  })

  test('quien no existe entra con un enlace, que confirma su correo', async () => {
    const quien = aqui.app(flowType)
    const email = correoNuevo()
    exito(await quien.auth.signInWithOtp({ email, options: { data: { nombre: 'Ana' } } }))
    const { session } = await aqui.abrir(quien, email)
    expect(session.user).toMatchObject({ email, user_metadata: { nombre: 'Ana' } })
    expect(session.user.email_confirmed_at).toBeTruthy()
  })

  test.each([
    ['https://otro.test/robo', `${SITIO}/`],
    ['https://app.triboka.ec.otro.test/', `${SITIO}/`],
    ['//otro.test', `${SITIO}/`],
    ['https://otro.test\\@app.triboka.ec/', `${SITIO}/`],
    ['javascript:alert(1)', `${SITIO}/`],
    ['https://panel.triboka.ec/entrar', 'https://panel.triboka.ec/entrar'],
    ['https://panel.triboka.ec/a/b', `${SITIO}/`],
    [`${SITIO}/a/b?c=d`, `${SITIO}/a/b`],
  ])('un enlace que pide llevar a %s lleva a %s', async (pedido, destino) => {
    const quien = aqui.app(flowType)
    const email = await aqui.conCuenta()
    exito(await quien.auth.resetPasswordForEmail(email, { redirectTo: pedido }))
    const enlace = linkIn(aqui.smtp.textFor(email))
    expect((await aqui.abrir(quien, email)).destino).toBe(destino)
    // Whoever changes it in the link gets no further.
    exito(await quien.auth.resetPasswordForEmail(email))
    const cambiado = new URL(linkIn(aqui.smtp.textFor(email)))
    cambiado.searchParams.set('redirect_to', pedido)
    expect((await seguir(cambiado.href)).href.split(/[?#]/)[0]).toBe(destino)
    expect(enlace).toContain(
      `${aqui.servidor.url}/auth/v1/verify?token=${flowType === 'pkce' ? 'pkce_' : ''}`,
    )
  })
})
