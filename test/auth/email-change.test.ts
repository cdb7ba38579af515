import type { SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { client } from '../support/client.ts'
import { codeIn, linkIn } from '../support/smtp.ts'
import { follow, MOBILE, startMailingAuth, told, type WithMail } from './app.ts'
import { newEmail, ok, PASSWORD } from './support.ts'

const FIRST = 'Confirmation link accepted. Please proceed to confirm link sent to the other email'
let here: WithMail
beforeAll(async () => {
  here = await startMailingAuth()
})
afterAll(() => here.close())

async function inside(flowType: 'pkce' | 'implicit') {
  const current = await here.withAccount()
  const who = here.app(flowType)
  const { user } = ok(await who.auth.signInWithPassword({ email: current, password: PASSWORD }))
  return { current, fresh: newEmail('nueva'), who, id: user.id }
}

/** The address of the account and the one that it asks for, as an administrator sees them. */
async function mails(id: string) {
  const { admin } = client(here.server.url, inject('stack').secretKey).auth
  const { email, new_email, identities } = ok(await admin.getUserById(id)).user!
  return { email, new_email, identidad: identities?.[0]?.identity_data?.email }
}

const entra = async (email: string, password = PASSWORD) =>
  (await here.app('implicit').auth.signInWithPassword({ email, password })).error?.code ?? 'entra'

describe.each(['implicit', 'pkce'] as const)('con flowType %s', (flowType) => {
  test.each([
    ['el de siempre primero', false],
    ['el nuevo primero', true],
  ])('cada correo confirma con su enlace, %s', async (_, reversed) => {
    const { current, fresh, who, id } = await inside(flowType)
    const { user } = ok(await who.auth.updateUser({ email: fresh }, { emailRedirectTo: MOBILE }))
    expect(user).toMatchObject({ email: current, new_email: fresh })
    expect(here.smtp.received.slice(-2).map(({ to, parsed }) => [to[0], parsed.subject])).toEqual([
      [current, 'Confirme el cambio de su correo'],
      [fresh, 'Confirme su nuevo correo'],
    ])
    expect(here.smtp.textFor(fresh)).toContain(`de ${current} a ${fresh}`)
    const [one, two] = reversed ? [fresh, current] : [current, fresh]

    const arrival = await follow(linkIn(here.smtp.textFor(one)))
    expect(arrival.href.split(/[?#]/)[0]).toBe(MOBILE)
    expect(told(arrival).get('message')).toBe(FIRST)
    expect(told(await follow(linkIn(here.smtp.textFor(one)))).get('error_code')).toBe('otp_expired')
    expect(await mails(id)).toEqual({ email: current, new_email: fresh, identidad: current })

    const { destination, session } = await here.open(who, two)
    expect(destination).toBe(MOBILE)
    expect(session.user.email).toBe(fresh)
    expect(await mails(id)).toEqual({ email: fresh, new_email: undefined, identidad: fresh })
    expect([await entra(fresh), await entra(current)]).toEqual(['entra', 'invalid_credentials'])
  })

  test.each([
    ['el de siempre primero', false],
    ['el nuevo primero', true],
  ])('o con su código, %s', async (_, reversed) => {
    const { current, fresh, who, id } = await inside(flowType)
    ok(await who.auth.updateUser({ email: fresh }))
    const [one, two] = reversed ? [fresh, current] : [current, fresh]
    const verify = (email: string, token = codeIn(here.smtp.textFor(email))) =>
      here.app(flowType).auth.verifyOtp({ email, token, type: 'email_change' })
    expect((await verify(one)).data.session).toBeNull()
    expect((await verify(one)).error).toMatchObject({ code: 'otp_expired' })
    expect((await mails(id)).email).toBe(current)
    expect(ok(await verify(two)).user?.email).toBe(fresh)
  })
})

test('escrito de otro modo, el camino no se salta la segunda confirmación', async () => {
  const { current, fresh, who, id } = await inside('implicit')
  ok(await who.auth.updateUser({ email: fresh }))
  const link = linkIn(here.smtp.textFor(current)).replace('/verify', '/%76erify')
  expect((await fetch(link, { redirect: 'manual' })).status).toBe(404)
  expect(await mails(id)).toMatchObject({ email: current, new_email: fresh })
})

test('pedirlo otra vez envía los dos, y los enlaces de antes ya no valen', async () => {
  const { current, fresh, who, id } = await inside('implicit')
  ok(await who.auth.updateUser({ email: fresh }))
  const oldOnes = [current, fresh].map((email) => linkIn(here.smtp.textFor(email)))
  ok(await who.auth.resend({ type: 'email_change', email: current }))
  for (const old of oldOnes) expect(told(await follow(old)).get('error_code')).toBe('otp_expired')
  expect(told(await follow(linkIn(here.smtp.textFor(current)))).get('message')).toBe(FIRST)
  await here.open(who, fresh)
  expect((await mails(id)).email).toBe(fresh)
})

describe('se rechaza, y no cambia ni se envía nada', () => {
  let who: SupabaseClient
  let current: string
  let id: string
  let sent: number
  beforeAll(async () => {
    ;({ who, current, id } = await inside('implicit'))
    sent = here.smtp.received.length
  })

  test('el correo de otro', async () => {
    const email = await here.withAccount()
    const { error } = await who.auth.updateUser({ email, data: { nombre: 'Eva' } })
    expect(error).toMatchObject({ status: 422, code: 'email_exists' })
  })

  test('lo que no es un correo, o una contraseña débil con él', async () => {
    const bad = await who.auth.updateUser({ email: 'no es un correo', password: 'otra clave larga' })
    expect(bad.error).toMatchObject({ status: 400, code: 'validation_failed' })
    const weak = await who.auth.updateUser({ email: newEmail(), password: 'corta' })
    expect(weak.error).toMatchObject({ status: 422, code: 'weak_password' })
  })

  test('lo que pide quien no ha entrado', async () => {
    const answer = await fetch(`${here.server.url}/auth/v1/user`, {
      method: 'PUT',
      headers: { apikey: inject('stack').publishableKey },
      body: JSON.stringify({ email: newEmail() }),
    })
    expect(answer.status).toBe(401)
  })

  afterAll(async () => {
    expect(await mails(id)).toMatchObject({ email: current, new_email: undefined })
    expect(await entra(current)).toBe('entra')
    expect(here.smtp.received).toHaveLength(sent)
  })
})

test('el correo, la contraseña y los datos se piden juntos', async () => {
  const { current, fresh, who } = await inside('implicit')
  const asked = { email: fresh, password: 'otra-clave-2025', data: { nombre: 'Ana' } }
  const { user } = ok(await who.auth.updateUser(asked))
  expect(user).toMatchObject({ email: current, new_email: fresh, user_metadata: { nombre: 'Ana' } })
  expect(await entra(current, 'otra-clave-2025')).toBe('entra')
})

test('si la contraseña es la de antes no se cambia tampoco el correo', async () => {
  const { fresh, who, id } = await inside('implicit')
  const { error } = await who.auth.updateUser({ email: fresh, password: PASSWORD })
  expect(error).toMatchObject({ status: 422, code: 'same_password' })
  expect((await mails(id)).new_email).toBeUndefined()
})

describe('con double_confirm_changes = false', () => {
  let only: WithMail
  beforeAll(async () => {
    only = await startMailingAuth({ double_confirm_changes: false })
  })
  afterAll(() => only.close())

  test('confirma solo el correo nuevo', async () => {
    const current = await only.withAccount()
    const fresh = newEmail('nueva')
    const who = only.app('pkce')
    ok(await who.auth.signInWithPassword({ email: current, password: PASSWORD }))
    ok(await who.auth.updateUser({ email: fresh }))
    expect(only.smtp.received.map(({ to }) => to[0])).toEqual([fresh])
    expect((await only.open(who, fresh)).session.user.email).toBe(fresh)
  })
})
