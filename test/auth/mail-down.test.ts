import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { client } from '../support/client.ts'
import { codeIn, linkIn } from '../support/smtp.ts'
import { sql } from '../support/sql.ts'
import { startMailingAuth, type WithMail } from './app.ts'
import { newEmail, ok, PASSWORD } from './support.ts'

const stack = inject('stack')
const admin = () => client(here.server.url, stack.secretKey).auth.admin
let here: WithMail
let isDown: boolean

beforeAll(async () => {
  // A server of mail that says what it refuses, whole.
  here = await startMailingAuth({}, (raw) =>
    isDown ? new Error(`5.2.2 refused: ${raw.replace(/\s+/g, ' ')}`) : undefined,
  )
})
afterAll(() => here.close())

/** What the log gets while the server of mail refuses. */
async function whileDown<T>(ask: () => Promise<T>): Promise<{ result: T; log: string }> {
  const written = vi.spyOn(console, 'error').mockImplementation(() => {})
  isDown = true
  try {
    const result = await ask()
    return { result, log: JSON.stringify(written.mock.calls) }
  } finally {
    isDown = false
    written.mockRestore()
  }
}

async function columns(email: string) {
  const [row] = await sql(
    `select confirmation_token, recovery_token, reauthentication_token, email_change_token_new, email_change
     from auth.users where email = $1`,
    [email],
  )
  return row
}

interface Asked {
  email: string
  error: unknown
  exists: boolean
  /** The answer would tell whether there is an account: only the log tells that no mail left. */
  isSilent?: boolean
}

const REQUESTS: Record<string, () => Promise<Asked>> = {
  'Error sending confirmation email': async () => {
    const email = newEmail()
    const { error } = await here.app('pkce').auth.signUp({ email, password: PASSWORD })
    return { email, error, exists: false, isSilent: true }
  },
  'Error sending recovery email': async () => {
    const email = await here.withAccount()
    const { error } = await here.app('pkce').auth.resetPasswordForEmail(email)
    return { email, exists: true, isSilent: true, error }
  },
  'Error sending magic link email': async () => {
    const email = await here.withAccount()
    const { error } = await here.app('pkce').auth.signInWithOtp({ email })
    return { email, exists: true, isSilent: true, error }
  },
  'Error sending invite email': async () => {
    const email = newEmail()
    return { email, exists: false, error: (await admin().inviteUserByEmail(email)).error }
  },
  'Error sending email change email': async () => {
    const email = await here.withAccount()
    const who = here.app('pkce')
    ok(await who.auth.signInWithPassword({ email, password: PASSWORD }))
    const change = { email: newEmail(), password: 'otra-clave-2025' }
    return { email, exists: true, error: (await who.auth.updateUser(change)).error }
  },
  'Error sending reauthentication email': async () => {
    const email = await here.withAccount()
    const who = here.app('pkce')
    ok(await who.auth.signInWithPassword({ email, password: PASSWORD }))
    return { email, exists: true, error: (await who.auth.reauthenticate()).error }
  },
}

describe('el correo que no sale', () => {
  test.each(Object.entries(REQUESTS))(
    '%s: no cambia nada, y el registro dice por qué sin la carta',
    async (message, ask) => {
      const { result, log } = await whileDown(ask)
      const { error, email, exists, isSilent } = result
      if (isSilent) expect(error).toBeNull()
      else expect(error).toMatchObject({ status: 500, message: message })
      expect(await columns(email)).toEqual(
        exists
          ? {
              confirmation_token: '',
              recovery_token: '',
              reauthentication_token: '',
              email_change_token_new: '',
              email_change: '',
            }
          : undefined,
      )
      // Why is said; the mail that the server repeated is not, nor whose it was.
      expect(log).toContain('EMESSAGE: the server of mail answered 450 5.2.2 to DATA')
      expect(log).not.toMatch(/pkce_|[0-9a-f]{56}|token=|\b\d{6}\b/)
      expect(log).not.toContain(email)
      if (exists) ok(await here.app('implicit').auth.signInWithPassword({ email, password: PASSWORD }))
    },
  )

  test('al volver el servidor de correo se pide otra vez', async () => {
    const email = newEmail()
    await whileDown(() => here.app('implicit').auth.signUp({ email, password: PASSWORD }))
    ok(await here.app('implicit').auth.signUp({ email, password: PASSWORD }))
    expect(linkIn(here.smtp.textFor(email))).toContain('type=signup')
  })
})

test('registrarse responde lo mismo, sea nuevo el correo, espere su confirmación o la tenga', async () => {
  const [confirmed, waiting] = [await here.withAccount(), newEmail()]
  ok(await here.app('implicit').auth.signUp({ email: waiting, password: PASSWORD }))
  const signUp = async (email: string) => {
    const { data, error } = await here.app('implicit').auth.signUp({ email, password: PASSWORD })
    return { error, session: data.session, email: data.user?.email === email }
  }
  const { result } = await whileDown(() => Promise.all([newEmail(), waiting, confirmed].map(signUp)))
  const told = { error: null, session: null, email: true }
  expect(result).toEqual([told, told, told])
})

describe('con max_frequency', () => {
  let slow: WithMail
  let slowIsDown = false
  beforeAll(async () => {
    slow = await startMailingAuth({ max_frequency: '1m' }, () =>
      slowIsDown ? new Error('5.2.2 refused') : undefined,
    )
  })
  afterAll(() => slow.close())
  const sent = (email: string) => slow.smtp.received.filter(({ to }) => to.includes(email)).length

  test('el segundo correo del registro espera', async () => {
    const [who, email] = [slow.app('implicit'), newEmail()]
    ok(await who.auth.signUp({ email, password: PASSWORD }))
    ok(await who.auth.resend({ type: 'signup', email }))
    const { error } = await who.auth.signUp({ email, password: PASSWORD })
    expect(error).toMatchObject({ status: 429, code: 'over_email_send_rate_limit' })
    expect(error?.message).toMatch(/after ([1-9]|[1-5]\d|60) seconds/)
    expect(sent(email)).toBe(1)
  })

  test('a quien ya confirmó se le responde igual, las dos veces', async () => {
    const who = slow.app('implicit')
    const twice = async (email: string) => {
      ok(await who.auth.signUp({ email, password: PASSWORD }))
      const { error } = await who.auth.signUp({ email, password: PASSWORD })
      return [error?.status, error?.code, error?.message.replace(/\d+/, 'N')]
    }
    const known = await slow.withAccount()
    const answer = await twice(newEmail())
    expect(answer).toEqual([429, 'over_email_send_rate_limit', expect.stringContaining('after N seconds')])
    expect(await twice(known)).toEqual(answer)
    expect(sent(known)).toBe(0)
  })

  test.each([
    ['otra vez el correo', '/resend', { type: 'signup' }],
    ['un código', '/otp', {}],
    ['un enlace', '/magiclink', {}],
    ['un código sin crear cuenta', '/otp', { create_user: false }],
  ])('registrarse después de pedir %s espera, haya cuenta o no', async (_que, path, more) => {
    const pending = newEmail()
    ok(await slow.app('implicit').auth.signUp({ email: pending, password: PASSWORD }))
    await sql(`update auth.users set confirmation_sent_at = now() - interval '1 hour' where email = $1`, [
      pending,
    ])
    const headers = { apikey: stack.publishableKey, 'content-type': 'application/json' }
    for (const email of [pending, await slow.withAccount(), newEmail()]) {
      const body = JSON.stringify({ email, ...more })
      await fetch(`${slow.server.url}/auth/v1${path}`, { method: 'POST', headers, body })
      const { error } = await slow.app('implicit').auth.signUp({ email, password: PASSWORD })
      expect(error).toMatchObject({ status: 429, code: 'over_email_send_rate_limit' })
    }
  })

  test('mientras el correo no sale, la segunda vez espera igual', async () => {
    const who = slow.app('implicit')
    const written = vi.spyOn(console, 'error').mockImplementation(() => {})
    slowIsDown = true
    try {
      for (const email of [newEmail(), await slow.withAccount()]) {
        ok(await who.auth.signUp({ email, password: PASSWORD }))
        expect((await who.auth.signUp({ email, password: PASSWORD })).error).toMatchObject({ status: 429 })
      }
    } finally {
      slowIsDown = false
      written.mockRestore()
    }
  })

  test('el segundo de una contraseña tampoco sale, y la respuesta no dice si hay cuenta', async () => {
    const who = slow.app('implicit')
    const [email, nobody] = [await slow.withAccount(), newEmail()]
    for (const address of [email, email, nobody, nobody])
      expect(await who.auth.resetPasswordForEmail(address)).toEqual({ data: {}, error: null })
    expect([sent(email), sent(nobody)]).toEqual([1, 0])
  })
})

test('quien ya confirmó no recibe otra confirmación, y se le responde como a cualquiera', async () => {
  const email = await here.withAccount()
  const who = here.app('implicit')
  const { user, session } = ok(await who.auth.signUp({ email, password: PASSWORD }))
  expect({ session, email: user?.email, identities: user?.identities }).toEqual({
    session: null,
    email,
    identities: [],
  })
  ok(await who.auth.resend({ type: 'signup', email }))
  expect(here.smtp.textFor(email)).toBe('')
})

test('quien se registra otra vez sin confirmar no cambia la contraseña del primero', async () => {
  const email = newEmail()
  ok(await here.app('implicit').auth.signUp({ email, password: PASSWORD }))
  ok(await here.app('implicit').auth.signUp({ email, password: 'la-de-otro-2025' }))
  const token = codeIn(here.smtp.textFor(email))
  ok(await here.app('implicit').auth.verifyOtp({ email, token, type: 'signup' }))
  ok(await here.app('implicit').auth.signInWithPassword({ email, password: PASSWORD }))
})
