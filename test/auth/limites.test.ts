// The limiter of the gateway in front of the stack's own, so that its quotas are this test's.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createApp, eventHandler, toNodeListener } from 'h3'
import { createProxyServer } from 'httpxy'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createClientAddress } from '../../server/utils/client-address.ts'
import { limitAuth } from '../../supabase/local/gateway/auth-limits.ts'
import { CLAVE, cliente, crear, exito } from './servidor.ts'

let server: Server
let url: string
beforeAll(async () => {
  const proxy = createProxyServer({ target: inject('stack').supabaseUrl })
  const app = createApp()
  const quotas = { signIn: { points: 3, seconds: 3600 }, refresh: { points: 2, seconds: 3600 } }
  app.use(limitAuth(quotas, createClientAddress(['loopback'])))
  app.use(
    eventHandler(async (event) => {
      await proxy.web(event.node.req, event.node.res)
      event._handled = true
    }),
  )
  server = createServer(toNodeListener(app)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

/** The SDK, as from an address of its own. */
const desde = (direccion: string) => {
  const headers = { 'x-forwarded-for': direccion }
  return cliente(url, inject('stack').publishableKey, headers).auth
}

describe('quien llama desde una dirección', () => {
  it('entra, se registra y pide correos tantas veces; después el SDK lo dice, y desde otra se puede', async () => {
    const auth = desde('203.0.113.1')
    const { email } = await crear()
    const entrar = () => auth.signInWithPassword({ email: email!, password: CLAVE })
    exito(await entrar())
    expect((await auth.signInWithPassword({ email: email!, password: 'otra' })).error?.code).toBe(
      'invalid_credentials',
    )
    await auth.resetPasswordForEmail(email!)
    for (const { error } of [
      await entrar(),
      await auth.signUp({ email: 'x@prueba.test', password: CLAVE }),
      await auth.verifyOtp({ email: email!, token: '123456', type: 'email' }),
    ])
      expect(error).toMatchObject({ status: 429, code: 'over_request_rate_limit' })
    exito(await desde('203.0.113.2').signInWithPassword({ email: email!, password: CLAVE }))
  })

  it('renueva su sesión con otro límite, y lo demás no se cuenta', async () => {
    const auth = desde('203.0.113.3')
    const { email } = await crear()
    exito(await auth.signInWithPassword({ email: email!, password: CLAVE }))
    exito(await auth.refreshSession())
    exito(await auth.refreshSession())
    expect((await auth.refreshSession()).error).toMatchObject({
      status: 429,
      code: 'over_request_rate_limit',
    })
    for (let i = 0; i < 5; i++) exito(await auth.getUser())
  })

  it('lee en las cabeceras cuánto le queda; la pila, los límites de su entorno', async () => {
    const pedir = (base: string) =>
      fetch(`${base}/auth/v1/token?grant_type=password`, {
        method: 'POST',
        headers: { 'x-forwarded-for': '203.0.113.4', apikey: inject('stack').publishableKey },
        body: '{}',
      })
    const politica = (response: Response) => response.headers.get('ratelimit-policy')
    expect(politica(await pedir(inject('stack').supabaseUrl))).toBe('"entrada";q=1000000;w=60')
    for (let i = 0; i < 3; i++) await pedir(url)
    const rechazada = await pedir(url)
    expect([rechazada.status, politica(rechazada)]).toEqual([429, '"entrada";q=3;w=3600'])
    expect(rechazada.headers.get('ratelimit')).toMatch(/^"entrada";r=0;t=3[56]\d\d$/)
    expect(Number(rechazada.headers.get('retry-after'))).toBeGreaterThan(3000)
  })
})
