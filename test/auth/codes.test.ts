import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { client } from '../support/client.ts'
import { codeIn, linkIn } from '../support/smtp.ts'
import { sql } from '../support/sql.ts'
import { follow, startMailingAuth, told, type WithMail } from './app.ts'
import { ok, PASSWORD, startAuth } from './support.ts'

const stack = inject('stack')
let here: WithMail
beforeAll(async () => {
  here = await startMailingAuth()
})
afterAll(() => here.close())

/** Asks to recover an account. @returns its address, its code and its link. */
async function recovering(flowType: 'implicit' | 'pkce' = 'implicit') {
  const [who, email] = [here.app(flowType), await here.withAccount()]
  ok(await who.auth.resetPasswordForEmail(email))
  const text = here.smtp.textFor(email)
  return { who, email, token: codeIn(text), link: linkIn(text) }
}

const sessionsOf = async (email: string) =>
  (
    await sql('select s.id from auth.sessions s join auth.users u on u.id = s.user_id where email = $1', [
      email,
    ])
  ).length

async function verify(body: object) {
  const answer = await fetch(`${here.server.url}/auth/v1/verify`, {
    method: 'POST',
    headers: { apikey: stack.publishableKey },
    body: JSON.stringify(body),
  })
  return [answer.status, (await answer.json()).error_code]
}

describe('un código', () => {
  test('usado por veinte a la vez abre una sesión', async () => {
    const { email, token } = await recovering()
    const all = await Promise.all(
      Array.from({ length: 20 }, () => verify({ type: 'recovery', email, token })),
    )
    expect(all.filter(([status]) => status === 200)).toHaveLength(1)
    expect(new Set(all.filter(([status]) => status !== 200).map(String))).toEqual(
      new Set(['403,otp_expired']),
    )
    expect(await sessionsOf(email)).toBe(1)
  })

  test('vale por otp_expiry, y no después', async () => {
    const { email, token, link } = await recovering()
    await sql(`update auth.users set recovery_sent_at = now() - interval '3601 s' where email = $1`, [email])
    expect(await verify({ type: 'recovery', email, token })).toEqual([403, 'otp_expired'])
    expect(told(await follow(link)).get('error_code')).toBe('otp_expired')
    expect(await sessionsOf(email)).toBe(0)
  })

  test('es de su correo y de su clase, aunque la suma de los dos sea la misma', async () => {
    const { email, token } = await recovering()
    // The hash is that of both, one after the other.
    const [shorter, longer] = [email.slice(0, -1), email.at(-1) + token]
    for (const body of [
      { type: 'recovery', email: shorter, token: longer },
      { type: 'signup', email, token },
      { type: 'email_change', email, token },
      { type: 'nada', email, token },
    ])
      expect(await verify(body)).toEqual([403, 'otp_expired'])
    expect(await verify({ type: 'magiclink', email: email.toUpperCase(), token })).toEqual([200, undefined])
  })

  test('el nuevo deja sin valor al de antes', async () => {
    const { who, email, token } = await recovering()
    ok(await who.auth.resetPasswordForEmail(email))
    expect(await verify({ type: 'recovery', email, token })).toEqual([403, 'otp_expired'])
    expect(await sql('select 1 from auth.one_time_tokens where relates_to = $1', [email])).toHaveLength(1)
  })

  test.each([
    [{ token: '1', email: 'a@b.test' }, 400, 'validation_failed'],
    [{ type: 'email' }, 400, 'validation_failed'],
    [{ type: 'email', token: '1' }, 400, 'validation_failed'],
    [{ type: 'email', token: '1', token_hash: 'x' }, 400, 'validation_failed'],
    [{ type: 'email', token_hash: 'x', email: 'a@b.test' }, 400, 'validation_failed'],
    [{ type: 'nada', token_hash: 'x' }, 400, 'validation_failed'],
    [{ type: 'email', token: '1', email: 'nada' }, 422, 'validation_failed'],
    [{ type: 'sms', token: '1', phone: '593987654321' }, 403, 'otp_expired'],
    [{ type: 'email', token: 7, email: 'a@b.test' }, 400, 'bad_json'],
  ])('/verify rechaza %j con %d %s', async (body, status, code) => {
    expect(await verify(body)).toEqual([status, code])
  })
})

describe('el código de un enlace PKCE', () => {
  const exchange = async (body: object) => {
    const answer = await fetch(`${here.server.url}/auth/v1/token?grant_type=pkce`, {
      method: 'POST',
      headers: { apikey: stack.publishableKey },
      body: JSON.stringify(body),
    })
    return [answer.status, (await answer.json()).error_code]
  }
  const verifier = 'v'.repeat(60)
  /** A flow that began with a plain verifier. @returns its code. */
  async function codeFor(email: string): Promise<string> {
    await fetch(`${here.server.url}/auth/v1/recover`, {
      method: 'POST',
      headers: { apikey: stack.publishableKey },
      body: JSON.stringify({ email, code_challenge: verifier, code_challenge_method: 'plain' }),
    })
    return (await follow(linkIn(here.smtp.textFor(email)))).searchParams.get('code')!
  }

  test('se cambia una vez, también por veinte a la vez', async () => {
    const email = await here.withAccount()
    const auth_code = await codeFor(email)
    const all = await Promise.all(
      Array.from({ length: 20 }, () => exchange({ auth_code, code_verifier: verifier })),
    )
    expect(all.filter(([status]) => status === 200)).toHaveLength(1)
    expect(new Set(all.map(String))).toEqual(new Set(['200,', '404,flow_state_not_found']))
    expect(await sessionsOf(email)).toBe(1)
  })

  test('vale cinco minutos desde que se siguió el enlace', async () => {
    const email = await here.withAccount()
    const auth_code = await codeFor(email)
    const age = (seconds: number) =>
      sql(
        `update auth.flow_state set created_at = now() - interval '1 hour',
           auth_code_issued_at = now() - make_interval(secs => $2) where auth_code = $1`,
        [auth_code, seconds],
      )
    await age(301)
    expect(await exchange({ auth_code, code_verifier: verifier })).toEqual([422, 'flow_state_expired'])
    await age(290)
    expect(await exchange({ auth_code, code_verifier: 'otro'.repeat(15) })).toEqual([
      400,
      'bad_code_verifier',
    ])
    expect(await exchange({ auth_code, code_verifier: verifier })).toEqual([200, undefined])
  })

  test('de una cuenta que se suspendió no abre nada', async () => {
    const email = await here.withAccount()
    const auth_code = await codeFor(email)
    await sql(`update auth.users set banned_until = now() + interval '1 hour' where email = $1`, [email])
    expect(await exchange({ auth_code, code_verifier: verifier })).toEqual([403, 'user_banned'])
  })

  test('y lo que falta se dice', async () => {
    expect(await exchange({ auth_code: 'x' })).toEqual([400, 'validation_failed'])
    expect(await exchange({ auth_code: 'x', code_verifier: 'y' })).toEqual([404, 'flow_state_not_found'])
  })
})

describe('con secure_password_change', () => {
  let secure: WithMail
  beforeAll(async () => {
    secure = await startMailingAuth({ secure_password_change: true })
  })
  afterAll(() => secure.close())

  /** Signed in so many hours ago. */
  async function signedIn(hours: number) {
    const [who, email] = [secure.app('implicit'), await secure.withAccount()]
    const { user } = ok(await who.auth.signInWithPassword({ email, password: PASSWORD }))
    await sql('update auth.sessions set created_at = now() - make_interval(hours => $2) where user_id = $1', [
      user.id,
      hours,
    ])
    return { who, email }
  }

  test('quien entró hace poco cambia su contraseña sin más', async () => {
    const { who } = await signedIn(23)
    ok(await who.auth.updateUser({ password: 'otra clave 99' }))
  })

  test('quien entró hace más de un día necesita el código de su correo, que vale una vez', async () => {
    const { who, email } = await signedIn(25)
    const change = (password: string, nonce?: string) =>
      who.auth.updateUser({ password, ...(nonce && { nonce }) })
    expect((await change('otra clave 99')).error).toMatchObject({
      status: 400,
      code: 'reauthentication_needed',
    })
    ok(await who.auth.reauthenticate())
    const nonce = codeIn(secure.smtp.textFor(email))
    expect((await change('otra clave 99', '000000')).error).toMatchObject({
      status: 422,
      code: 'reauthentication_not_valid',
    })
    ok(await who.auth.updateUser({ data: { nombre: 'Ana' } }))
    ok(await change('otra clave 99', nonce))
    expect((await change('otra clave 98', nonce)).error).toMatchObject({
      code: 'reauthentication_not_valid',
    })
    ok(await secure.app('implicit').auth.signInWithPassword({ email, password: 'otra clave 99' }))
  })
})

test('[auth.rate_limit] email_sent: pasado el límite no sale ninguno, y la respuesta es la de siempre', async () => {
  const few = await startAuth({
    site_url: 'http://127.0.0.1:3000',
    rate_limit: { email_sent: 2 },
    email: { enable_confirmations: true, max_frequency: '0s' },
  })
  const signUp = async (n: number) => {
    const email = `tope.${n}.${Date.now()}@triboka.test`
    const { error } = await client(few.url, stack.publishableKey).auth.signUp({ email, password: PASSWORD })
    return error ? [error.status, error.code] : 'enviado'
  }
  // Whoever has confirmed its address is sent nothing: another answer here would tell who has not.
  const written = vi.spyOn(console, 'error').mockImplementation(() => {})
  expect([await signUp(1), await signUp(2), await signUp(3)]).toEqual(['enviado', 'enviado', 'enviado'])
  expect(JSON.stringify(written.mock.calls)).toContain('email rate limit exceeded')
  written.mockRestore()
  expect(few.mails).toHaveLength(2)
  await few.close()
})
