import type { Session, SupabaseClient } from '@supabase/supabase-js'
import { createClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { openMailer } from '../../server/utils/mailer.ts'
import { codeIn, linkIn, type Smtp, startSmtp } from '../support/smtp.ts'
import { CLAVE, cliente, correoNuevo, exito, type ServidorDeAuth, servidorDeAuth } from './servidor.ts'

const stack = inject('stack')
const SITIO = 'https://app.triboka.ec'
const MOVIL = 'triboka://entrar/correo'
let smtp: Smtp
let servidor: ServidorDeAuth

beforeAll(async () => {
  smtp = await startSmtp()
  servidor = await servidorDeAuth(
    {
      site_url: SITIO,
      additional_redirect_urls: ['triboka://**', 'https://*.triboka.ec/*'],
      email: { enable_confirmations: true, double_confirm_changes: true, max_frequency: '0s' },
    },
    openMailer({ smtpUrl: smtp.url, smtpFrom: 'Triboka <hola@triboka.ec>' }),
  )
})
afterAll(async () => {
  await servidor.close()
  await smtp.close()
})

/** An app that keeps what it must between asking for a mail and being opened by its link, as a phone does. */
function app(flowType: 'pkce' | 'implicit'): SupabaseClient {
  const kept = new Map<string, string>()
  return createClient(servidor.url, stack.publishableKey, {
    auth: {
      flowType,
      autoRefreshToken: false,
      detectSessionInUrl: false,
      storage: {
        getItem: (key) => kept.get(key) ?? null,
        setItem: (key, value) => void kept.set(key, value),
        removeItem: (key) => void kept.delete(key),
      },
    },
  })
}

const admin = () => cliente(servidor.url, stack.secretKey).auth.admin

async function conCuenta(): Promise<string> {
  const email = correoNuevo()
  exito(await admin().createUser({ email, password: CLAVE, email_confirm: true }))
  return email
}

async function seguir(enlace: string): Promise<URL> {
  const respuesta = await fetch(enlace, { redirect: 'manual' })
  expect(respuesta.status).toBe(303)
  return new URL(respuesta.headers.get('location')!)
}

/** Follows the last link that an address got, and begins the session that it gives. */
async function abrir(quien: SupabaseClient, email: string): Promise<{ destino: string; session: Session }> {
  const llegada = await seguir(linkIn(smtp.textFor(email)))
  const destino = llegada.href.split(/[?#]/)[0]!
  const codigo = llegada.searchParams.get('code')
  if (codigo) {
    expect(llegada.hash).toBe('')
    return { destino, session: exito(await quien.auth.exchangeCodeForSession(codigo)).session }
  }
  const datos = new URLSearchParams(llegada.hash.slice(1))
  const tokens = {
    access_token: datos.get('access_token')!,
    refresh_token: datos.get('refresh_token')!,
  }
  return { destino, session: exito(await quien.auth.setSession(tokens)).session! }
}

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
const nuevo = (pedido: string) => (/^re[ge]/.test(pedido) ? correoNuevo() : conCuenta())

describe.each(['implicit', 'pkce'] as const)('con flowType %s', (flowType) => {
  test.each(Object.keys(PEDIDOS) as (keyof typeof PEDIDOS)[])(
    '%s: el enlace lleva a la aplicación y abre una sesión, una vez',
    async (pedido) => {
      const quien = app(flowType)
      const email = await nuevo(pedido)
      await PEDIDOS[pedido](quien, email, MOVIL)
      const { parsed, from, to } = smtp.received.at(-1)!
      expect({ from, to, subject: parsed.subject }).toEqual({
        from: 'hola@triboka.ec',
        to: [email],
        subject: ASUNTOS[pedido],
      })
      const enlace = linkIn(parsed.text!)
      expect(parsed.html).toContain(enlace.replaceAll('&', '&#38;'))
      const { destino, session } = await abrir(quien, email)
      expect(destino).toBe(MOVIL)
      expect(session.user.email).toBe(email)
      expect(exito(await quien.auth.getUser()).user.email).toBe(email)

      const otraVez = await seguir(enlace)
      const donde = flowType === 'pkce' ? otraVez.searchParams : new URLSearchParams(otraVez.hash.slice(1))
      expect(donde.get('error_code')).toBe('otp_expired')
    },
  )

  test.each(Object.keys(PEDIDOS) as (keyof typeof PEDIDOS)[])('%s: el código también', async (pedido) => {
    const quien = app(flowType)
    const email = await nuevo(pedido)
    await PEDIDOS[pedido](quien, email, MOVIL)
    const token = codeIn(smtp.textFor(email))
    const type = pedido === 'recuperacion' ? 'recovery' : 'email'
    expect(exito(await quien.auth.verifyOtp({ email, token, type })).user?.email).toBe(email)
    expect((await quien.auth.verifyOtp({ email, token, type })).error).toMatchObject({ code: 'otp_expired' })
  })

  test('quien no existe entra con un enlace, que confirma su correo', async () => {
    const quien = app(flowType)
    const email = correoNuevo()
    exito(await quien.auth.signInWithOtp({ email, options: { data: { nombre: 'Ana' } } }))
    const { session } = await abrir(quien, email)
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
    const quien = app(flowType)
    const email = await conCuenta()
    exito(await quien.auth.resetPasswordForEmail(email, { redirectTo: pedido }))
    const enlace = linkIn(smtp.textFor(email))
    expect((await abrir(quien, email)).destino).toBe(destino)
    // Whoever changes it in the link gets no further.
    exito(await quien.auth.resetPasswordForEmail(email))
    const cambiado = new URL(linkIn(smtp.textFor(email)))
    cambiado.searchParams.set('redirect_to', pedido)
    expect((await seguir(cambiado.href)).href.split(/[?#]/)[0]).toBe(destino)
    expect(enlace).toContain(`${servidor.url}/auth/v1/verify?token=${flowType === 'pkce' ? 'pkce_' : ''}`)
  })
})

test('el código de un enlace PKCE solo lo cambia la aplicación que lo pidió', async () => {
  const [dueno, otro] = [app('pkce'), app('pkce')]
  const email = await conCuenta()
  exito(await dueno.auth.resetPasswordForEmail(email))
  exito(await otro.auth.resetPasswordForEmail(await conCuenta()))
  const codigo = (await seguir(linkIn(smtp.textFor(email)))).searchParams.get('code')!
  expect((await otro.auth.exchangeCodeForSession(codigo)).error).toMatchObject({ code: 'bad_code_verifier' })
  expect(exito(await dueno.auth.exchangeCodeForSession(codigo)).user.email).toBe(email)
  exito(await dueno.auth.resetPasswordForEmail(email))
  expect((await dueno.auth.exchangeCodeForSession(codigo)).error).toMatchObject({
    code: 'flow_state_not_found',
  })
})

test('con token_hash, como lo hace un servidor, vale también el de un enlace PKCE', async () => {
  const email = await conCuenta()
  exito(await app('pkce').auth.resetPasswordForEmail(email))
  const token_hash = new URL(linkIn(smtp.textFor(email))).searchParams.get('token')!
  expect(exito(await app('implicit').auth.verifyOtp({ token_hash, type: 'recovery' })).user?.email).toBe(
    email,
  )
})

test('un programa que mira el enlace con HEAD no lo gasta', async () => {
  const quien = app('implicit')
  const email = await conCuenta()
  exito(await quien.auth.resetPasswordForEmail(email))
  expect((await fetch(linkIn(smtp.textFor(email)), { method: 'HEAD', redirect: 'manual' })).status).toBe(405)
  expect((await abrir(quien, email)).session.user.email).toBe(email)
})

test.each([
  [{ code_challenge: 'a'.repeat(43) }, 'PKCE flow requires'],
  [{ code_challenge: 'corto', code_challenge_method: 's256' }, 'between 43 and 128'],
  [{ code_challenge: 'ñ'.repeat(43), code_challenge_method: 's256' }, 'can only contain'],
  [{ code_challenge: 'a'.repeat(43), code_challenge_method: 'md5' }, 'Invalid code_challenge_method'],
])('se rechaza el reto %j y nada se envía', async (reto, mensaje) => {
  const email = await conCuenta()
  const enviados = smtp.received.length
  const respuesta = await fetch(`${servidor.url}/auth/v1/recover`, {
    method: 'POST',
    headers: { apikey: stack.publishableKey },
    body: JSON.stringify({ email, ...reto }),
  })
  expect([respuesta.status, (await respuesta.json()).msg]).toEqual([400, expect.stringContaining(mensaje)])
  expect(smtp.received).toHaveLength(enviados)
})
