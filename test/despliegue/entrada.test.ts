// What nginx does by itself, in front of servers that tell what reached them.
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import tls from 'node:tls'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { findFreePorts } from '../../supabase/local/ports.ts'
import { type Entrance, openEntrance, STUDIO_PASSWORD } from './entrada.ts'

interface Seen {
  server: string
  method: string
  url: string
  headers: IncomingHttpHeaders
}

/** Answers with what it was asked; on /muere it ends the connection without a word. */
async function startWitness(name: string, seen: Seen[], deadly = false) {
  const server = createServer((req, res) => {
    seen.push({ server: name, method: req.method!, url: req.url!, headers: req.headers })
    if (deadly) return void req.socket.destroy()
    req.resume().on('end', () => res.end(JSON.stringify(seen.at(-1))))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

let entrance: Entrance
const seen: Seen[] = []
const open: Server[] = []
const portOf = (url: string) => Number(new URL(url).port)

beforeAll(async () => {
  const [gateway, studio] = [await startWitness('gateway', seen), await startWitness('studio', seen)]
  const functions = [await startWitness('functions', seen), await startWitness('dying', seen, true)]
  open.push(...[gateway, studio, ...functions].map(({ server }) => server))
  entrance = await openEntrance(
    { gateway: gateway.port, studio: studio.port, functions: functions.map(({ port }) => port) },
    // So fast that only the tests of the limits, each with a path of its own, meet one.
    { NGINX_RATE: '2000r/s', NGINX_BURST: '2000', NGINX_RATE_SIGN_IN: '1r/m', NGINX_BURST_SIGN_IN: '2' },
  )
})
afterAll(async () => {
  await entrance?.dispose()
  for (const server of open) server.closeAllConnections()
  for (const server of open) server.close()
})

const ask = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(`${entrance.url}${path}`, { redirect: 'manual', ...init })
  return { status: response.status, headers: response.headers, text: await response.text() }
}
const reached = async (path: string, init?: RequestInit) => JSON.parse((await ask(path, init)).text) as Seen

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
    const port = (open[0]!.address() as AddressInfo).port
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
    const port = (open[0]!.address() as AddressInfo).port
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
