import type { SupabaseClient } from '@supabase/supabase-js'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { linkIn } from '../support/smtp.ts'
import { follow, startMailingAuth, type WithMail } from './app.ts'
import { newEmail, ok, PASSWORD } from './support.ts'

let here: WithMail
beforeAll(async () => {
  here = await startMailingAuth()
})
afterAll(() => here.close())

test('el código de un enlace PKCE solo lo cambia la aplicación que lo pidió', async () => {
  const [owner, another] = [here.app('pkce'), here.app('pkce')]
  const email = await here.withAccount()
  ok(await owner.auth.resetPasswordForEmail(email))
  ok(await another.auth.resetPasswordForEmail(await here.withAccount()))
  const codigo = (await follow(linkIn(here.smtp.textFor(email)))).searchParams.get('code')!
  expect((await another.auth.exchangeCodeForSession(codigo)).error).toMatchObject({
    code: 'bad_code_verifier',
  })
  expect(ok(await owner.auth.exchangeCodeForSession(codigo)).user.email).toBe(email)
  ok(await owner.auth.resetPasswordForEmail(email))
  expect((await owner.auth.exchangeCodeForSession(codigo)).error).toMatchObject({
    code: 'flow_state_not_found',
  })
})

test.each([
  ['cambia la contraseña', (who: SupabaseClient) => who.auth.updateUser({ password: 'otra clave 2026' })],
  ['sale de todas partes', (who: SupabaseClient) => who.auth.signOut({ scope: 'global' })],
])('cuando su dueño %s, un código que esperaba ya no se cambia', async (_que, act) => {
  const [owner, thief] = [here.app('implicit'), here.app('pkce')]
  const email = await here.withAccount()
  ok(await thief.auth.signInWithOtp({ email }))
  const codigo = (await follow(linkIn(here.smtp.textFor(email)))).searchParams.get('code')!
  ok(await owner.auth.signInWithPassword({ email, password: PASSWORD }))
  expect((await act(owner)).error).toBeNull()
  expect((await thief.auth.exchangeCodeForSession(codigo)).error).toMatchObject({
    code: 'flow_state_not_found',
  })
})

test('con token_hash, como lo hace un servidor, vale también el de un enlace PKCE', async () => {
  const email = await here.withAccount()
  ok(await here.app('pkce').auth.resetPasswordForEmail(email))
  const token_hash = new URL(linkIn(here.smtp.textFor(email))).searchParams.get('token')!
  expect(ok(await here.app('implicit').auth.verifyOtp({ token_hash, type: 'recovery' })).user?.email).toBe(
    email,
  )
})

describe('cómo dice una sesión que empezó', () => {
  const asks: [string, (who: SupabaseClient) => Promise<string>][] = [
    [
      'recovery',
      async (who) => {
        const email = await here.withAccount()
        ok(await who.auth.resetPasswordForEmail(email))
        return email
      },
    ],
    [
      'magiclink',
      async (who) => {
        const email = await here.withAccount()
        ok(await who.auth.signInWithOtp({ email }))
        return email
      },
    ],
    [
      'email/signup',
      async (who) => {
        const email = newEmail()
        ok(await who.auth.signUp({ email, password: PASSWORD }))
        return email
      },
    ],
    [
      'email_change',
      async (who) => {
        const [old, email] = [await here.withAccount(), newEmail()]
        ok(await who.auth.signInWithPassword({ email: old, password: PASSWORD }))
        ok(await who.auth.updateUser({ email }))
        await follow(linkIn(here.smtp.textFor(old)))
        return email
      },
    ],
  ]

  test.each(asks)('un enlace de %s: con PKCE lo que era, sin él un código', async (method, ask) => {
    for (const [flow, said] of [
      ['pkce', method],
      ['implicit', 'otp'],
    ] as const) {
      const who = here.app(flow)
      const { session } = await here.open(who, await ask(who))
      expect(decodeJwt(session.access_token).amr).toMatchObject([{ method: said }])
    }
  })
})

test('un programa que mira el enlace con HEAD no lo gasta', async () => {
  const who = here.app('implicit')
  const email = await here.withAccount()
  ok(await who.auth.resetPasswordForEmail(email))
  expect((await fetch(linkIn(here.smtp.textFor(email)), { method: 'HEAD', redirect: 'manual' })).status).toBe(
    405,
  )
  expect((await here.open(who, email)).session.user.email).toBe(email)
})

test.each([
  [{ code_challenge: 'a'.repeat(43) }, 'PKCE flow requires'],
  [{ code_challenge: 'corto', code_challenge_method: 's256' }, 'between 43 and 128'],
  [{ code_challenge: 'ñ'.repeat(43), code_challenge_method: 's256' }, 'can only contain'],
  [{ code_challenge: 'a'.repeat(43), code_challenge_method: 'md5' }, 'Invalid code_challenge_method'],
])('se rechaza el reto %j y nada se envía', async (challenge, message) => {
  const email = await here.withAccount()
  const sent = here.smtp.received.length
  const answer = await fetch(`${here.server.url}/auth/v1/recover`, {
    method: 'POST',
    headers: { apikey: inject('stack').publishableKey },
    body: JSON.stringify({ email, ...challenge }),
  })
  expect([answer.status, (await answer.json()).msg]).toEqual([400, expect.stringContaining(message)])
  expect(here.smtp.received).toHaveLength(sent)
})
