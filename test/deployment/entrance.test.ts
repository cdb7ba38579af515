// What nginx hands on, and to whom.
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { connect as connectHttp2 } from 'node:http2'
import { request } from 'node:https'
import { join } from 'node:path'
import tls from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWitnessed, type Witnessed } from './witnesses.ts'

let witnessed: Witnessed
let entrance: Witnessed['entrance']
let seen: Witnessed['seen']
const ask: Witnessed['ask'] = (...args) => witnessed.ask(...args)
const reached: Witnessed['reached'] = (...args) => witnessed.reached(...args)
const portOf = (url: string) => Number(new URL(url).port)

beforeAll(async () => {
  witnessed = await openWitnessed()
  ;({ entrance, seen } = witnessed)
})
afterAll(() => witnessed?.dispose())

describe('quien entra', () => {
  test('por HTTP va a HTTPS, salvo la prueba de Let’s Encrypt', async () => {
    const response = await fetch(`${entrance.plainUrl}/rest/v1/contratos?a=1`, { redirect: 'manual' })
    expect(response.status).toBe(301)
    expect(response.headers.get('location')).toBe('https://localhost/rest/v1/contratos?a=1')
    const folder = join(entrance.acmeRoot, '.well-known/acme-challenge')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'prueba'), 'clave')
    expect(await (await fetch(`${entrance.plainUrl}/.well-known/acme-challenge/prueba`)).text()).toBe('clave')
  })

  test('habla HTTP/2 y TLS 1.2 o más', async () => {
    const client = connectHttp2(entrance.url)
    const stream = client.request({ ':path': '/rest/v1/contratos' })
    const [headers] = await once(stream, 'response')
    expect(headers[':status']).toBe(200)
    client.close()
    const handshake = (version: tls.SecureVersion) =>
      new Promise<string>((resolve) => {
        const socket = tls.connect(
          {
            port: portOf(entrance.url),
            host: 'localhost',
            minVersion: version,
            maxVersion: version,
            ciphers: 'DEFAULT:@SECLEVEL=0',
          },
          () => {
            resolve(String(socket.getProtocol()))
            socket.destroy()
          },
        )
        socket.on('error', () => resolve('refused'))
      })
    expect(await Promise.all((['TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const).map(handshake))).toEqual([
      'refused',
      'TLSv1.2',
      'TLSv1.3',
    ])
  })

  test('con otro nombre no recibe respuesta', async () => {
    const sent = request(`${entrance.url}/salud`, {
      servername: 'localhost',
      headers: { host: 'otro.example' },
    })
    sent.end()
    await expect(once(sent, 'response')).rejects.toThrow(/socket hang up|ECONNRESET/)
  })

  test('sabe que solo se habla por HTTPS, y no con qué programa', async () => {
    for (const path of ['/rest/v1/contratos', '/nada']) {
      const { headers } = await ask(path)
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
      expect(headers.get('server')).toBe('nginx')
    }
  })
})

describe('a quién llega', () => {
  test.each([
    ['/auth/v1/user', 'gateway'],
    ['/rest/v1/contratos?select=*', 'gateway'],
    ['/storage/v1/object/contratos/a%2Fb.pdf?token=x', 'gateway'],
    ['/graphql/v1', 'gateway'],
    ['/realtime/v1/api/broadcast', 'gateway'],
    ['/realtime/v1/websocket?apikey=x', 'gateway'],
    ['/functions/v1/contratos', 'functions'],
    ['/contratos/CT-2025-00001', 'functions'],
    ['/salud/listo', 'functions'],
    ['/openapi.json', 'functions'],
  ])('%s es de %s, tal como se pidió', async (path, server) => {
    expect(await reached(path)).toMatchObject({ server, url: path })
  })

  test.each([
    ['count=planned', 'count=exact'],
    ['return=minimal, COUNT=estimated,tx=rollback', 'return=minimal, count=exact,tx=rollback'],
    ['count=planned,count=estimated', 'count=exact'],
    ['count=exact, return=representation', 'count=exact, return=representation'],
  ])('Prefer: %s llega como %s', async (prefer, told) => {
    const { headers } = await reached('/rest/v1/contratos', { headers: { prefer } })
    const tokens = (text: string) => text.split(',').map((token) => token.trim())
    expect(tokens(headers.prefer as string).filter(Boolean)).toEqual(tokens(told))
  })

  test.each([
    '/',
    '/metrics',
    '//metrics',
    '/functions/v1/metrics',
    '/functions/v1//metrics',
    '/functions/v1/%6detrics',
    '/functions/v1/functions/v1/metrics',
    '/contratos/../metrics',
    '/realtime/v1/api/tenants',
    '/realtime/v1/api/tenants/realtime-dev/health',
    '/realtime/v1/api/broadcast/../tenants',
    '/realtime/v1/api/openapi',
    '/realtime/v1/metrics',
    '/realtime/v1/',
    '/pg/tables',
    '/mcp',
    '/api/mcp',
    '/project/default',
    '/contratosx',
    '/auth',
  ])('%s está cerrado', async (path) => {
    const before = seen.length
    // As it is written: fetch would tidy the path up before it asks.
    const sent = request(entrance.url, { path })
    sent.end()
    const [response] = await once(sent, 'response')
    response.resume()
    expect(response.statusCode).toBe(404)
    expect(response.headers['content-type']).toBe('application/problem+json')
    expect(seen.length).toBe(before)
  })
})

describe('lo que se dice de quien llama', () => {
  test('es su dirección y no la que él escriba', async () => {
    const { headers } = await reached('/contratos', {
      headers: {
        'x-forwarded-for': '6.6.6.6',
        'x-real-ip': '6.6.6.6',
        forwarded: 'for=6.6.6.6',
        'x-forwarded-proto': 'http',
      },
    })
    expect(headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-real-ip': '127.0.0.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': new URL(entrance.url).host,
      host: new URL(entrance.url).host,
    })
    expect(headers.forwarded).toBeUndefined()
  })

  test('la petición lleva un nombre: el suyo si está bien formado', async () => {
    const named = async (id: string) =>
      (await reached('/contratos', { headers: { 'x-request-id': id } })).headers['x-request-id']
    expect(await named('tel-0123456789')).toBe('tel-0123456789')
    for (const id of ['corto', 'con espacios y "comillas"', 'x'.repeat(65)])
      expect(await named(id)).toMatch(/^[0-9a-f]{32}$/)
  })

  test('solo se pasa a WebSocket', async () => {
    // A reverse proxy that hands h2c on lets a client speak past it.
    const sent = request(`${entrance.url}/contratos`, {
      headers: {
        connection: 'Upgrade, HTTP2-Settings',
        upgrade: 'h2c',
        'http2-settings': 'AAMAAABkAARAAAAAAAIAAAAA',
      },
    })
    sent.end()
    const [response] = await once(sent, 'response')
    response.resume()
    expect(response.statusCode).toBe(200)
    expect(seen.at(-1)!.headers.upgrade).toBeUndefined()
  })

  test('el registro tiene la dirección y ninguna clave', async () => {
    await ask('/storage/v1/object/sign/contratos/x.pdf?token=secreto-del-enlace', {
      headers: { authorization: 'Bearer secreto-de-la-sesion', apikey: 'secreto-de-la-clave' },
    })
    const [line] = await entrance.logged('/storage/v1/object/sign/contratos/x.pdf')
    expect(line).toMatchObject({ client: '127.0.0.1', method: 'GET', status: 200 })
    expect(await entrance.log()).not.toContain('secreto')
  })
})
