import { createServer, type Server } from 'node:http'
import { createApp, eventHandler, toNodeListener } from 'h3'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createClientAddress } from '../../server/http/client-address.ts'
import { type AuthQuotas, limitAuth } from '../../supabase/local/gateway/auth-limits.ts'
import { isBodiless, readBody, sendAnswer, toRequest } from '../../supabase/local/gateway/web.ts'
import { client } from '../support/client.ts'
import { listen } from '../support/listen.ts'
import { makeUser, newEmail, ok, PASSWORD } from './support.ts'

const stack = inject('stack')
const servers: Server[] = []

/** A gateway with these quotas; who asks it from an address, by the SDK. */
async function openGate(quotas: Partial<AuthQuotas>) {
  const app = createApp()
  const none = { signIn: undefined, refresh: undefined, guesses: undefined, strangers: undefined }
  const limited = limitAuth(
    { ...none, ...quotas },
    createClientAddress(['loopback']),
  )(async (request, _event, text) => {
    const { pathname, search } = new URL(request.url)
    const { status, headers, body } = await fetch(stack.supabaseUrl + pathname + search, {
      method: request.method,
      headers: request.headers,
      body: text || null,
    })
    const kept = new Headers(headers)
    // What the stack says of its own limits, and how it packed the body.
    for (const name of ['ratelimit', 'ratelimit-policy', 'content-encoding', 'content-length'])
      kept.delete(name)
    return new Response(body, { status, headers: kept })
  })
  app.use(
    eventHandler(async (event) => {
      const body = isBodiless(event) ? '' : (await readBody(event, 2 ** 16))!.toString('utf8')
      await sendAnswer(event, await limited(toRequest(event, 'http://127.0.0.1'), event, body))
    }),
  )
  const server = createServer(toNodeListener(app))
  servers.push(server)
  const url = `http://127.0.0.1:${await listen(server)}`
  const from = (address: string) => client(url, stack.publishableKey, { 'x-forwarded-for': address }).auth
  /** What becomes of a sign-in. */
  const signIn = async (address: string, email: string, password = PASSWORD) => {
    const { error } = await from(address).signInWithPassword({ email, password })
    return error ? error.code : 'entra'
  }
  return { url, from, signIn }
}
type Gate = Awaited<ReturnType<typeof openGate>>

afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

const [LIMIT, WRONG, HOUR] = ['over_request_rate_limit', 'invalid_credentials', 3600] as const

describe('quien llama desde una dirección', () => {
  let here: Gate
  beforeAll(async () => {
    here = await openGate({ signIn: { points: 3, seconds: HOUR }, refresh: { points: 2, seconds: HOUR } })
  })

  test('se equivoca, se registra y pide correos tantas veces; después el SDK lo dice, y desde otra se puede', async () => {
    const auth = here.from('203.0.113.1')
    const { email } = await makeUser()
    expect(await here.signIn('203.0.113.1', email!, 'otra')).toBe(WRONG)
    expect(await here.signIn('203.0.113.1', newEmail(), 'otra')).toBe(WRONG)
    await auth.resetPasswordForEmail(email!)
    for (const { error } of [
      await auth.signInWithPassword({ email: email!, password: PASSWORD }),
      await auth.signUp({ email: 'x@prueba.test', password: PASSWORD }),
      await auth.verifyOtp({ email: email!, token: '123456', type: 'email' }),
      await auth.verifyOtp({ token_hash: 'a'.repeat(64), type: 'email' }),
    ])
      expect(error).toMatchObject({ status: 429, code: LIMIT })
    expect(await here.signIn('203.0.113.2', email!)).toBe('entra')
  })

  test('entra cuantas veces quiera; y quien ya entró desde ahí entra aunque otros la agoten', async () => {
    const [own, other] = [await makeUser(), await makeUser()]
    for (let i = 0; i < 6; i++) expect(await here.signIn('203.0.113.5', own.email!)).toBe('entra')
    for (let i = 0; i < 4; i++) await here.signIn('203.0.113.5', newEmail(), 'otra')
    expect(await here.signIn('203.0.113.5', own.email!)).toBe('entra')
    expect(await here.signIn('203.0.113.5', other.email!)).toBe(LIMIT)
  })

  test('renueva su sesión con otro límite, y lo demás no se cuenta', async () => {
    const auth = here.from('203.0.113.3')
    const { email } = await makeUser()
    ok(await auth.signInWithPassword({ email: email!, password: PASSWORD }))
    ok(await auth.refreshSession())
    ok(await auth.refreshSession())
    expect((await auth.refreshSession()).error).toMatchObject({ status: 429, code: LIMIT })
    for (let i = 0; i < 5; i++) ok(await auth.getUser())
  })

  test('lee en las cabeceras cuánto le queda; la pila, los límites de su entorno', async () => {
    const ask = (base: string) =>
      fetch(`${base}/auth/v1/token?grant_type=password`, {
        method: 'POST',
        headers: { 'x-forwarded-for': '203.0.113.4', apikey: stack.publishableKey },
        body: '{}',
      })
    const policyOf = (response: Response) => response.headers.get('ratelimit-policy')
    expect(policyOf(await ask(stack.supabaseUrl))).toBe('"entrada";q=1000000;w=60')
    for (let i = 0; i < 3; i++) await ask(here.url)
    const rejected = await ask(here.url)
    expect([rejected.status, policyOf(rejected)]).toEqual([429, '"entrada";q=3;w=3600'])
    expect(rejected.headers.get('ratelimit')).toMatch(
      /^"entrada";r=0;t=([1-9]|[1-9]\d\d?|[12]\d{3}|3[0-5]\d\d|3600)$/,
    )
    expect(rejected.headers.get('ratelimit')).toContain(`t=${rejected.headers.get('retry-after')}`)
  })
})

describe('quien adivina una cuenta', () => {
  const times = async (n: number, ask: (n: number) => Promise<unknown>) => {
    const outcomes: unknown[] = []
    for (let i = 0; i < n; i++) outcomes.push(await ask(i))
    return outcomes
  }

  test('desde una dirección se equivoca pocas veces, y sus compañeros de oficina entran', async () => {
    const here = await openGate({
      signIn: { points: 8, seconds: HOUR },
      guesses: { points: 3, seconds: HOUR },
    })
    const [own, other] = [await makeUser(), await makeUser()]
    for (const email of [own.email!, newEmail()])
      expect(await times(5, () => here.signIn('203.0.113.10', email, 'otra'))).toEqual([
        ...[WRONG, WRONG, WRONG],
        ...[LIMIT, LIMIT],
      ])
    expect(await here.signIn('203.0.113.10', own.email!)).toBe(LIMIT)
    expect(await here.signIn('203.0.113.10', other.email!)).toBe('entra')
    expect(await here.signIn('203.0.113.11', own.email!)).toBe('entra')
  })

  test('desde muchas direcciones también, exista o no; su dueño entra desde donde ya entró, y por su correo', async () => {
    const here = await openGate({
      guesses: { points: 3, seconds: HOUR },
      strangers: { points: 6, seconds: HOUR },
    })
    const { email } = await makeUser()
    expect(await here.signIn('203.0.113.20', email!)).toBe('entra')
    for (const which of [email!.toUpperCase(), newEmail()]) {
      const outcomes = await times(12, (n) => here.signIn(`198.51.100.${n}`, which, `otra ${n}`))
      expect(outcomes).toEqual([...Array(6).fill(WRONG), ...Array(6).fill(LIMIT)])
    }
    expect(await here.signIn('198.51.100.99', email!)).toBe(LIMIT)
    expect(await here.signIn('203.0.113.20', email!)).toBe('entra')
    const { admin } = client(stack.supabaseUrl, stack.secretKey).auth
    const { properties } = ok(await admin.generateLink({ type: 'recovery', email: email! }))
    const byLink = { token_hash: properties!.hashed_token, type: 'recovery' } as const
    ok(await here.from('198.51.100.98').verifyOtp(byLink))
  })

  test('con códigos, igual; y a la vez no pasa ninguno de más', async () => {
    const here = await openGate({
      guesses: { points: 3, seconds: HOUR },
      strangers: { points: 6, seconds: HOUR },
    })
    const { email } = await makeUser()
    const attempt = async (n: number) => {
      const codigo = { email: email!, token: String(n).padStart(6, '0'), type: 'email' } as const
      return (await here.from(`198.51.100.${n % 20}`).verifyOtp(codigo)).error?.code
    }
    const outcomes = await Promise.all(Array.from({ length: 40 }, (_, n) => attempt(n)))
    expect(outcomes.filter((code) => code === 'otp_expired')).toHaveLength(6)
    expect(outcomes.filter((code) => code === LIMIT)).toHaveLength(34)
  })

  test('no lo hace con otra forma de escribir la ruta', async () => {
    const here = await openGate({ guesses: { points: 1, seconds: HOUR } })
    const { email } = await makeUser()
    const ask = async (path: string) => {
      const headers = { apikey: stack.publishableKey, 'x-forwarded-for': '203.0.113.40' }
      const body = JSON.stringify({ email, password: 'otra' })
      const url = `${here.url}/auth/v1${path}?grant_type=password`
      return (await fetch(url, { method: 'POST', headers, body })).status
    }
    expect([await ask('/token'), await ask('/token'), await ask('/token/')]).toEqual([400, 429, 429])
    for (const path of ['/%74oken', '/token%2f', '//token', '/./token/../token%00'])
      expect([401, 404, 429]).toContain(await ask(path))
  })

  test('y quien sabe su contraseña entra muchas veces a la vez', async () => {
    const here = await openGate({
      signIn: { points: 20, seconds: HOUR },
      guesses: { points: 5, seconds: HOUR },
    })
    const { email } = await makeUser()
    const all = await Promise.all(Array.from({ length: 15 }, () => here.signIn('203.0.113.30', email!)))
    expect(new Set(all)).toEqual(new Set(['entra']))
  })
})
