import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { client } from '../support/client.ts'
import { sql } from '../support/sql.ts'
import { startMailingAuth, type WithMail } from './app.ts'
import { newEmail, ok, PASSWORD } from './support.ts'

// Two processes of Auth over one database.
let one: WithMail
let other: WithMail
beforeAll(async () => {
  one = await startMailingAuth({ max_frequency: '1m' })
  other = await startMailingAuth({ max_frequency: '1m' })
})
afterAll(() => Promise.all([one.close(), other.close()]))

const post = (at: WithMail, path: string, body: object) =>
  fetch(`${at.server.url}/auth/v1${path}`, {
    method: 'POST',
    headers: { apikey: inject('stack').publishableKey },
    body: JSON.stringify(body),
  }).then(({ status }) => status)

const sent = (email: string) =>
  [one, other].flatMap(({ smtp }) => smtp.received).filter(({ to }) => to.includes(email)).length

/** Somebody who has yet to confirm, whose last mail is an hour old. */
async function waiting() {
  const email = newEmail()
  ok(await one.app('implicit').auth.signUp({ email, password: PASSWORD }))
  await sql(`update auth.users set confirmation_sent_at = now() - interval '1 hour' where email = $1`, [
    email,
  ])
  return email
}

test.each([
  ['/recover', {}],
  ['/otp', {}],
  ['/magiclink', {}],
])('%s: cuatro a la vez, también en dos procesos, envían un correo', async (path, more) => {
  const email = await one.withAccount()
  const body = { email, ...more }
  const all = await Promise.all([one, one, one, one, other, other].map((at) => post(at, path, body)))
  expect(new Set(all)).toEqual(new Set([200]))
  expect(sent(email)).toBe(1)
})

test('/resend: cuatro a la vez envían uno más', async () => {
  const email = await waiting()
  await Promise.all([one, one, other, other].map((at) => post(at, '/resend', { type: 'signup', email })))
  expect(sent(email)).toBe(2)
})

test('de una clase y de otra a la vez, una persona recibe uno', async () => {
  const email = await one.withAccount()
  await Promise.all([
    post(one, '/recover', { email }),
    post(one, '/resend', { type: 'signup', email }),
    post(one, '/otp', { email }),
    post(other, '/magiclink', { email }),
  ])
  expect(sent(email)).toBe(1)
})

test('quien pide cambiar su correo cuatro veces a la vez, también', async () => {
  const [email, next] = [await one.withAccount(), newEmail()]
  const { auth } = client(one.server.url, inject('stack').publishableKey)
  ok(await auth.signInWithPassword({ email, password: PASSWORD }))
  const all = await Promise.all([1, 2, 3, 4].map(() => auth.updateUser({ email: next })))
  expect(all.filter(({ error }) => error === null)).toHaveLength(1)
  expect(new Set(all.flatMap(({ error }) => error?.code ?? []))).toEqual(
    new Set(['over_email_send_rate_limit']),
  )
  expect([sent(email), sent(next)]).toEqual([1, 1])
})
