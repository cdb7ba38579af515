import { request } from 'node:http'
import { expect, inject, test } from 'vitest'
import { startStudio } from '../../supabase/local/studio/server.ts'

const stack = inject('stack')
const { host, port } = new URL(stack.studioUrl)
const PROPIA = { 'sec-fetch-site': 'same-origin' }

interface Respuesta {
  status: number
  headers: NodeJS.Dict<string | string[]>
  body: string
}

/** A request with headers that fetch would not let a program set. */
function pedir(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
  body?: string,
): Promise<Respuesta> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, method, headers: { host, ...headers } },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, body: text }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

test('sirve la página y lo que la página pide', async () => {
  const pagina = await pedir('/editor/public.contratos')
  expect(pagina).toMatchObject({
    status: 200,
    headers: { 'content-type': expect.stringContaining('text/html') },
  })
  expect(pagina.headers['content-security-policy']).toContain("default-src 'self'")
  const recursos = [...pagina.body.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, ruta]) => ruta!)
  expect(recursos.length).toBeGreaterThan(1)
  for (const ruta of recursos) expect(await pedir(ruta), ruta).toMatchObject({ status: 200 })
  expect(await pedir('/static/assets/../../../package.json', PROPIA)).toMatchObject({ status: 404 })
})

test('su página ve las tablas servidas y sus filas', async () => {
  expect(JSON.parse((await pedir('/_system/info', PROPIA)).body)).toEqual({ admin: true })
  const esquema = JSON.parse((await pedir('/_system/introspect', PROPIA)).body)
  expect(esquema.tables.map((tabla: { name: string }) => tabla.name)).toContain('contratos')
  expect(new Set(esquema.tables.map((tabla: { schema: string }) => tabla.schema))).toEqual(
    new Set(['public']),
  )
  const filas = await pedir('/rest/v1/empresas?select=nombre&limit=1', {
    ...PROPIA,
    'accept-profile': 'public',
  })
  expect(filas).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } })
  expect(JSON.parse(filas.body)).toBeInstanceOf(Array)
})

test('su página edita una fila, y lo que Postgres rechaza llega como error', async () => {
  const propia = {
    ...PROPIA,
    origin: stack.studioUrl,
    'content-type': 'application/json',
    prefer: 'return=representation',
  }
  const ruta = '/rest/v1/empresas?ruc=eq.1799999999001'
  const vacia = await pedir(ruta, propia, 'PATCH', JSON.stringify({ nombre: 'Nueva' }))
  expect(vacia).toMatchObject({ status: 200, body: '[]' })
  const mala = await pedir('/rest/v1/empresas', propia, 'POST', JSON.stringify({ nombre: 'Sin RUC' }))
  expect(mala.status).toBeGreaterThanOrEqual(400)
  expect(mala.status).toBeLessThan(500)
})

test.each([
  ['otra página del navegador', { 'sec-fetch-site': 'cross-site', origin: 'https://malo.test' }],
  ['otro puerto de esta máquina', { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:3000' }],
  ['un navegador sin Sec-Fetch-Site', { origin: 'https://malo.test' }],
  ['una página sin origen', { origin: 'null' }],
  ['quien no dice de dónde viene', {}],
  ['quien miente a medias', { 'sec-fetch-site': 'same-origin', origin: 'https://malo.test' }],
])('no atiende a %s', async (_, headers) => {
  for (const ruta of ['/_system/info', '/_system/introspect', '/rest/v1/empresas']) {
    expect(await pedir(ruta, headers as Record<string, string>), ruta).toMatchObject({ status: 403 })
  }
  expect(await pedir('/rest/v1/empresas?id=gt.0', headers as Record<string, string>, 'DELETE')).toMatchObject(
    { status: 403 },
  )
})

test.each([`malo.test:${port}`, `127.0.0.1.malo.test:${port}`, 'localhost:1', `[::2]:${port}`])(
  'no atiende a quien la llama por el nombre %j',
  async (nombre) => {
    expect(await pedir('/', { ...PROPIA, host: nombre })).toMatchObject({ status: 403 })
    expect(await pedir('/rest/v1/empresas', { ...PROPIA, host: nombre })).toMatchObject({ status: 403 })
  },
)

test.each([
  '/rest/v1/',
  '/rest/v1/rpc/crear_contrato',
  '/auth/v1/admin/users',
  '/storage/v1/bucket',
  '/_system/config',
  '/rest/v1/%2e%2e/%2e%2e/auth/v1/admin/users',
  '/rest/v1/%2e%2e',
  '/rest/v1/..\\..\\auth\\v1\\admin\\users',
])('la clave no sirve para %s', async (ruta) => {
  expect(await pedir(ruta, PROPIA)).toMatchObject({ status: 404 })
})

test('ninguna respuesta lleva la clave', async () => {
  const rutas = [
    '/',
    '/_system/info',
    '/_system/introspect',
    '/rest/v1/empresas',
    '/rest/v1/no_existe',
    '/rest/v1/empresas?x',
  ]
  for (const ruta of rutas) {
    const { headers, body } = await pedir(ruta, PROPIA)
    const todo = JSON.stringify(headers) + body
    for (const clave of [stack.secretKey, stack.serviceRoleKey, stack.jwtSecret])
      expect(todo, ruta).not.toContain(clave)
  }
})

test.each(['0.0.0.0', '::', '192.168.1.10'])('no arranca en %s', async (direccion) => {
  const opciones = { gatewayUrl: stack.supabaseUrl, secretKey: 'x', systemFetch: async () => new Response() }
  await expect(startStudio({ host: direccion, port: 0, ...opciones })).rejects.toThrow(/loopback/)
  await expect(startStudio({ host: '127.0.0.1', port: Number(port), ...opciones })).rejects.toThrow(
    /STUDIO_PORT/,
  )
})
