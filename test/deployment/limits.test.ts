// What nginx refuses, and what it does when nobody answers.
import { once } from 'node:events'
import { request } from 'node:https'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { findFreePorts } from '../../supabase/local/ports.ts'
import { openEntrance, STUDIO_PASSWORD } from './entrance.ts'
import { openWitnessed, type Seen, type Witnessed } from './witnesses.ts'

let witnessed: Witnessed
let entrance: Witnessed['entrance']
let seen: Witnessed['seen']
const ask: Witnessed['ask'] = (...args) => witnessed.ask(...args)

beforeAll(async () => {
  witnessed = await openWitnessed()
  ;({ entrance, seen } = witnessed)
})
afterAll(() => witnessed?.dispose())

describe('si un servidor muere a media petición', () => {
  test('se pregunta a otro lo que puede repetirse, y nunca lo que no', async () => {
    const tries = async (method: string, path: string) => {
      const before = seen.length
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => ask(path, { method, ...(method === 'POST' && { body: '{}' }) })),
      )
      return { statuses: new Set(answers.map(({ status }) => status)), asked: seen.length - before }
    }
    expect((await tries('GET', '/contratos?get')).statuses).toEqual(new Set([200]))
    const posted = await tries('POST', '/contratos?post')
    // Each POST reached one server and no more; the one whose server died tells so.
    expect(posted.asked).toBe(10)
    expect([...posted.statuses].every((status) => status === 200 || status === 503)).toBe(true)
  })

  test('y si no queda ninguno lo dice en el formato de las funciones', async () => {
    const [gateway, studio, functions] = await findFreePorts(3)
    const lonely = await openEntrance({ gateway: gateway!, studio: studio!, functions: [functions!] })
    onTestFinished(() => lonely.dispose())
    const response = await fetch(`${lonely.url}/contratos`)
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(await response.json()).toMatchObject({ clave: 'servicio_no_disponible', status: 503 })
  })
})

describe('los límites', () => {
  test('de entrar se agotan antes que los demás, con 429', async () => {
    const attempt = () => ask('/auth/v1/token?grant_type=password', { method: 'POST', body: '{}' })
    const statuses = [await attempt(), await attempt(), await attempt(), await attempt()].map(
      ({ status }) => status,
    )
    expect(statuses).toEqual([200, 200, 200, 429])
    const refused = await attempt()
    expect(JSON.parse(refused.text)).toMatchObject({ clave: 'demasiadas_peticiones', status: 429 })
    expect(refused.headers.get('retry-after')).toBe('5')
    expect((await ask('/auth/v1/user')).status).toBe(200)
    // Spelled otherwise it is the same door.
    expect((await ask('/auth/v1//token', { method: 'POST', body: '{}' })).status).toBe(429)
    expect((await ask('/auth/v1/token/', { method: 'POST', body: '{}' })).status).toBe(429)
  })

  test.each([
    ['/auth/v1/user', 2],
    ['/rest/v1/contratos', 21],
    ['/storage/v1/object/contratos/x.pdf', 52],
    ['/contratos', 52],
    ['/functions/v1/contratos', 52],
  ])('a %s no se envían %i MiB', async (path, mebibytes) => {
    const before = seen.length
    const sent = request(`${entrance.url}${path}`, {
      method: 'PUT',
      headers: { 'content-length': mebibytes * 2 ** 20, expect: '100-continue' },
    })
    sent.flushHeaders()
    const [response] = await once(sent, 'response')
    let text = ''
    for await (const chunk of response) text += chunk
    sent.destroy()
    expect(response.statusCode).toBe(413)
    expect(JSON.parse(text)).toMatchObject({ clave: 'envio_demasiado_grande' })
    expect(seen.length).toBe(before)
  })

  test('de peticiones y de conexiones son por dirección', async () => {
    const [studio] = await findFreePorts(1)
    const { port } = witnessed
    const narrow = await openEntrance(
      { gateway: port, studio: studio!, functions: [port] },
      { NGINX_RATE: '1r/m', NGINX_BURST: '4' },
    )
    onTestFinished(() => narrow.dispose())
    const answers = await Promise.all(Array.from({ length: 12 }, () => fetch(`${narrow.url}/contratos`)))
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused.length).toBe(7)
    expect(await narrow.errors()).toContain('limiting requests')
  })
})

describe('Studio', () => {
  const basic = `Basic ${Buffer.from(`operador:${STUDIO_PASSWORD}`).toString('base64')}`
  const studio = (headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${entrance.studioUrl}/api/platform/profile`, { method, headers })

  test('pide la contraseña, y no se la cuenta a Studio', async () => {
    expect((await studio()).status).toBe(401)
    expect((await studio({ authorization: `Basic ${btoa('operador:otra')}` })).status).toBe(401)
    const { server, headers } = (await (await studio({ authorization: basic })).json()) as Seen
    expect(server).toBe('studio')
    expect(headers.authorization).toBeUndefined()
  })

  test('obedece solo a su propia página', async () => {
    const from = async (origin: string) => (await studio({ authorization: basic, origin }, 'POST')).status
    expect(await from(entrance.studioUrl)).toBe(200)
    expect(await from('https://otra.example')).toBe(403)
    expect(await from(`${entrance.studioUrl}.otra.example`)).toBe(403)
    expect(await from('null')).toBe(403)
  })

  test('con la contraseña, desde otra dirección, no abre', async () => {
    const { port } = witnessed
    const elsewhere = await openEntrance(
      { gateway: port, studio: port, functions: [port] },
      { NGINX_STUDIO_ALLOW: 'allow 203.0.113.7;' },
    )
    onTestFinished(() => elsewhere.dispose())
    const response = await fetch(elsewhere.studioUrl, { headers: { authorization: basic } })
    expect(response.status).toBe(403)
  })
})

test('el estado de nginx se ve desde la propia máquina', async () => {
  expect(await (await fetch(`${entrance.statusUrl}/estado`)).text()).toContain('Active connections')
})
