import type { SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeIn, linkIn } from '../support/smtp.ts'
import { follow, MOBILE, SITE, startMailingAuth, told, type WithMail } from './app.ts'
import { newEmail, ok, PASSWORD } from './support.ts'

let here: WithMail
beforeAll(async () => {
  here = await startMailingAuth()
})
afterAll(() => here.close())

// What asks for a mail, and whether the account is there before.
const REQUESTS = {
  registro: async (who: SupabaseClient, email: string, redirectTo: string) =>
    ok(await who.auth.signUp({ email, password: PASSWORD, options: { emailRedirectTo: redirectTo } })),
  reenvio: async (who: SupabaseClient, email: string, redirectTo: string) => {
    ok(await who.auth.signUp({ email, password: PASSWORD }))
    ok(await who.auth.resend({ type: 'signup', email, options: { emailRedirectTo: redirectTo } }))
  },
  recuperacion: async (who: SupabaseClient, email: string, redirectTo: string) =>
    ok(await who.auth.resetPasswordForEmail(email, { redirectTo })),
  'enlace mágico': async (who: SupabaseClient, email: string, redirectTo: string) =>
    ok(await who.auth.signInWithOtp({ email, options: { emailRedirectTo: redirectTo } })),
}
const SUBJECTS: Record<string, string> = {
  registro: 'Confirme su correo',
  reenvio: 'Confirme su correo',
  recuperacion: 'Cambie su contraseña',
  'enlace mágico': 'Su enlace para entrar',
}
const fresh = (asked: string) => (/^re[ge]/.test(asked) ? newEmail() : here.withAccount())

describe.each(['implicit', 'pkce'] as const)('con flowType %s', (flowType) => {
  test.each(Object.keys(REQUESTS) as (keyof typeof REQUESTS)[])(
    '%s: el enlace lleva a la aplicación y abre una sesión, una vez',
    async (asked) => {
      const who = here.app(flowType)
      const email = await fresh(asked)
      await REQUESTS[asked](who, email, MOBILE)
      const { parsed, from, to } = here.smtp.received.at(-1)!
      expect({ from, to, subject: parsed.subject }).toEqual({
        from: 'hola@triboka.ec',
        to: [email],
        subject: SUBJECTS[asked],
      })
      const link = linkIn(parsed.text!)
      expect(parsed.html).toContain(link.replaceAll('&', '&#38;'))
      const { destination, session } = await here.open(who, email)
      expect(destination).toBe(MOBILE)
      expect(session.user.email).toBe(email)
      expect(ok(await who.auth.getUser()).user.email).toBe(email)

      expect(told(await follow(link)).get('error_code')).toBe('otp_expired')
    },
  )

  test.each(Object.keys(REQUESTS) as (keyof typeof REQUESTS)[])('%s: el código también', async (asked) => {
    const who = here.app(flowType)
    const email = await fresh(asked)
    await REQUESTS[asked](who, email, MOBILE)
    const token = codeIn(here.smtp.textFor(email))
    const type = asked === 'recuperacion' ? 'recovery' : 'email'
    expect(ok(await who.auth.verifyOtp({ email, token, type })).user?.email).toBe(email)
    expect((await who.auth.verifyOtp({ email, token, type })).error).toMatchObject({ code: 'otp_expired' })
  })

  test('quien no existe entra con un enlace, que confirma su correo', async () => {
    const who = here.app(flowType)
    const email = newEmail()
    ok(await who.auth.signInWithOtp({ email, options: { data: { nombre: 'Ana' } } }))
    const { session } = await here.open(who, email)
    expect(session.user).toMatchObject({ email, user_metadata: { nombre: 'Ana' } })
    expect(session.user.email_confirmed_at).toBeTruthy()
  })

  test.each([
    ['https://otro.test/robo', `${SITE}/`],
    ['https://app.triboka.ec.otro.test/', `${SITE}/`],
    ['//otro.test', `${SITE}/`],
    ['https://otro.test\\@app.triboka.ec/', `${SITE}/`],
    ['javascript:alert(1)', `${SITE}/`],
    ['https://panel.triboka.ec/entrar', 'https://panel.triboka.ec/entrar'],
    ['https://panel.triboka.ec/a/b', `${SITE}/`],
    [`${SITE}/a/b?c=d`, `${SITE}/a/b`],
  ])('un enlace que pide llevar a %s lleva a %s', async (asked, destination) => {
    const who = here.app(flowType)
    const email = await here.withAccount()
    ok(await who.auth.resetPasswordForEmail(email, { redirectTo: asked }))
    const link = linkIn(here.smtp.textFor(email))
    expect((await here.open(who, email)).destination).toBe(destination)
    // Whoever changes it in the link gets no further.
    ok(await who.auth.resetPasswordForEmail(email))
    const changed = new URL(linkIn(here.smtp.textFor(email)))
    changed.searchParams.set('redirect_to', asked)
    expect((await follow(changed.href)).href.split(/[?#]/)[0]).toBe(destination)
    expect(link).toContain(`${here.server.url}/auth/v1/verify?token=${flowType === 'pkce' ? 'pkce_' : ''}`)
  })
})
