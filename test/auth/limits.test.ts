import { createServer, type Server } from 'node:http'
import { createApp, eventHandler, sendWebResponse, toNodeListener } from 'h3'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createClientAddress } from '../../server/http/client-address.ts'
import { type AuthQuotas, limitAuth } from '../../supabase/local/gateway/auth-limits.ts'
import { isBodiless, readBody, toRequest } from '../../supabase/local/gateway/web.ts'
import { client } from '../support/client.ts'
import { listen } from '../support/listen.ts'
import { CLAVE, correoNuevo, crear, exito } from './support.ts'

const stack = inject('stack')
const servidores: Server[] = []

/** A gateway with these quotas; who asks it from an address, by the SDK. */
async function puerta(quotas: Partial<AuthQuotas>) {
  const app = createApp()
  const none = { signIn: undefined, refresh: undefined, guesses: undefined, strangers: undefined }
  const limited = limitAuth(
    { ...none, ...quotas },
    createClientAddress(['loopback']),
  )(async (request) => {
    const { pathname, search } = new URL(request.url)
    const { status, headers, body } = await fetch(
      new Request(stack.supabaseUrl + pathname + search, request as RequestInit),
    )
    const kept = new Headers(headers)
    // What the stack says of its own limits, and how it packed the body.
    for (const name of ['ratelimit', 'ratelimit-policy', 'content-encoding', 'content-length'])
      kept.delete(name)
    return new Response(body, { status, headers: kept })
  })
  app.use(
    eventHandler(async (event) => {
      const body = isBodiless(event) ? undefined : (await readBody(event, 2 ** 16))!
      await sendWebResponse(event, await limited(toRequest(event, 'http://127.0.0.1', body), event))
    }),
  )
  const server = createServer(toNodeListener(app))
  servidores.push(server)
  const url = `http://127.0.0.1:${await listen(server)}`
  const desde = (direccion: string) =>
    client(url, stack.publishableKey, { 'x-forwarded-for': direccion }).auth
  /** What becomes of a sign-in. */
  const entrar = async (direccion: string, email: string, password = CLAVE) => {
    const { error } = await desde(direccion).signInWithPassword({ email, password })
    return error ? error.code : 'entra'
  }
  return { url, desde, entrar }
}
type Puerta = Awaited<ReturnType<typeof puerta>>

afterAll(() => {
  for (const server of servidores) {
    server.closeAllConnections()
    server.close()
  }
})

const [LIMITE, MALA, HORA] = ['over_request_rate_limit', 'invalid_credentials', 3600] as const

describe('quien llama desde una dirección', () => {
  let aqui: Puerta
  beforeAll(async () => {
    aqui = await puerta({ signIn: { points: 3, seconds: HORA }, refresh: { points: 2, seconds: HORA } })
  })

  test('se equivoca, se registra y pide correos tantas veces; después el SDK lo dice, y desde otra se puede', async () => {
    const auth = aqui.desde('203.0.113.1')
    const { email } = await crear()
    expect(await aqui.entrar('203.0.113.1', email!, 'otra')).toBe(MALA)
    expect(await aqui.entrar('203.0.113.1', correoNuevo(), 'otra')).toBe(MALA)
    await auth.resetPasswordForEmail(email!)
    for (const { error } of [
      await auth.signInWithPassword({ email: email!, password: CLAVE }),
      await auth.signUp({ email: 'x@prueba.test', password: CLAVE }),
      await auth.verifyOtp({ email: email!, token: '123456', type: 'email' }),
      await auth.verifyOtp({ token_hash: 'a'.repeat(64), type: 'email' }),
    ])
      expect(error).toMatchObject({ status: 429, code: LIMITE })
    expect(await aqui.entrar('203.0.113.2', email!)).toBe('entra')
  })

  test('entra cuantas veces quiera; y quien ya entró desde ahí entra aunque otros la agoten', async () => {
    const [de, otra] = [await crear(), await crear()]
    for (let i = 0; i < 6; i++) expect(await aqui.entrar('203.0.113.5', de.email!)).toBe('entra')
    for (let i = 0; i < 4; i++) await aqui.entrar('203.0.113.5', correoNuevo(), 'otra')
    expect(await aqui.entrar('203.0.113.5', de.email!)).toBe('entra')
    expect(await aqui.entrar('203.0.113.5', otra.email!)).toBe(LIMITE)
  })

  test('renueva su sesión con otro límite, y lo demás no se cuenta', async () => {
    const auth = aqui.desde('203.0.113.3')
    const { email } = await crear()
    exito(await auth.signInWithPassword({ email: email!, password: CLAVE }))
    exito(await auth.refreshSession())
    exito(await auth.refreshSession())
    expect((await auth.refreshSession()).error).toMatchObject({ status: 429, code: LIMITE })
    for (let i = 0; i < 5; i++) exito(await auth.getUser())
  })

  test('lee en las cabeceras cuánto le queda; la pila, los límites de su entorno', async () => {
    const pedir = (base: string) =>
      fetch(`${base}/auth/v1/token?grant_type=password`, {
        method: 'POST',
        headers: { 'x-forwarded-for': '203.0.113.4', apikey: stack.publishableKey },
        body: '{}',
      })
    const politica = (response: Response) => response.headers.get('ratelimit-policy')
    expect(politica(await pedir(stack.supabaseUrl))).toBe('"entrada";q=1000000;w=60')
    for (let i = 0; i < 3; i++) await pedir(aqui.url)
    const rechazada = await pedir(aqui.url)
    expect([rechazada.status, politica(rechazada)]).toEqual([429, '"entrada";q=3;w=3600'])
    expect(rechazada.headers.get('ratelimit')).toMatch(
      /^"entrada";r=0;t=([1-9]|[1-9]\d\d?|[12]\d{3}|3[0-5]\d\d|3600)$/,
    )
    expect(rechazada.headers.get('ratelimit')).toContain(`t=${rechazada.headers.get('retry-after')}`)
  })
})

describe('quien adivina una cuenta', () => {
  const veces = async (n: number, pedir: (n: number) => Promise<unknown>) => {
    const salidas: unknown[] = []
    for (let i = 0; i < n; i++) salidas.push(await pedir(i))
    return salidas
  }

  test('desde una dirección se equivoca pocas veces, y sus compañeros de oficina entran', async () => {
    const aqui = await puerta({
      signIn: { points: 8, seconds: HORA },
      guesses: { points: 3, seconds: HORA },
    })
    const [de, otra] = [await crear(), await crear()]
    for (const email of [de.email!, correoNuevo()])
      expect(await veces(5, () => aqui.entrar('203.0.113.10', email, 'otra'))).toEqual([
        ...[MALA, MALA, MALA],
        ...[LIMITE, LIMITE],
      ])
    expect(await aqui.entrar('203.0.113.10', de.email!)).toBe(LIMITE)
    expect(await aqui.entrar('203.0.113.10', otra.email!)).toBe('entra')
    expect(await aqui.entrar('203.0.113.11', de.email!)).toBe('entra')
  })

  test('desde muchas direcciones también, exista o no; su dueño entra desde donde ya entró, y por su correo', async () => {
    const aqui = await puerta({
      guesses: { points: 3, seconds: HORA },
      strangers: { points: 6, seconds: HORA },
    })
    const { email } = await crear()
    expect(await aqui.entrar('203.0.113.20', email!)).toBe('entra')
    for (const cual of [email!.toUpperCase(), correoNuevo()]) {
      const salidas = await veces(12, (n) => aqui.entrar(`198.51.100.${n}`, cual, `otra ${n}`))
      expect(salidas).toEqual([...Array(6).fill(MALA), ...Array(6).fill(LIMITE)])
    }
    expect(await aqui.entrar('198.51.100.99', email!)).toBe(LIMITE)
    expect(await aqui.entrar('203.0.113.20', email!)).toBe('entra')
    const { admin } = client(stack.supabaseUrl, stack.secretKey).auth
    const { properties } = exito(await admin.generateLink({ type: 'recovery', email: email! }))
    const porEnlace = { token_hash: properties!.hashed_token, type: 'recovery' } as const
    exito(await aqui.desde('198.51.100.98').verifyOtp(porEnlace))
  })

  test('con códigos, igual; y a la vez no pasa ninguno de más', async () => {
    const aqui = await puerta({
      guesses: { points: 3, seconds: HORA },
      strangers: { points: 6, seconds: HORA },
    })
    const { email } = await crear()
    const probar = async (n: number) => {
      const codigo = { email: email!, token: String(n).padStart(6, '0'), type: 'email' } as const
      return (await aqui.desde(`198.51.100.${n % 20}`).verifyOtp(codigo)).error?.code
    }
    const salidas = await Promise.all(Array.from({ length: 40 }, (_, n) => probar(n)))
    expect(salidas.filter((code) => code === 'otp_expired')).toHaveLength(6)
    expect(salidas.filter((code) => code === LIMITE)).toHaveLength(34)
  })

  test('no lo hace con otra forma de escribir la ruta', async () => {
    const aqui = await puerta({ guesses: { points: 1, seconds: HORA } })
    const { email } = await crear()
    const pedir = async (ruta: string) => {
      const headers = { apikey: stack.publishableKey, 'x-forwarded-for': '203.0.113.40' }
      const body = JSON.stringify({ email, password: 'otra' })
      const url = `${aqui.url}/auth/v1${ruta}?grant_type=password`
      return (await fetch(url, { method: 'POST', headers, body })).status
    }
    expect([await pedir('/token'), await pedir('/token'), await pedir('/token/')]).toEqual([400, 429, 429])
    for (const ruta of ['/%74oken', '/token%2f', '//token', '/./token/../token%00'])
      expect([401, 404, 429]).toContain(await pedir(ruta))
  })

  test('y quien sabe su contraseña entra muchas veces a la vez', async () => {
    const aqui = await puerta({
      signIn: { points: 20, seconds: HORA },
      guesses: { points: 5, seconds: HORA },
    })
    const { email } = await crear()
    const todas = await Promise.all(Array.from({ length: 15 }, () => aqui.entrar('203.0.113.30', email!)))
    expect(new Set(todas)).toEqual(new Set(['entra']))
  })
})
