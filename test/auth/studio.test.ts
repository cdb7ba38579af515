import { request } from 'node:http'
import { expect, inject, test } from 'vitest'
import { startStudio } from '../../supabase/local/studio/server.ts'

const stack = inject('stack')
const { host, port } = new URL(stack.studioUrl)
const OWN = { 'sec-fetch-site': 'same-origin' }

interface Answer {
  status: number
  headers: NodeJS.Dict<string | string[]>
  body: string
}

/** A request with headers that fetch would not let a program set. */
function ask(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
  body?: string,
): Promise<Answer> {
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
  const pagina = await ask('/editor/public.contratos')
  expect(pagina).toMatchObject({
    status: 200,
    headers: { 'content-type': expect.stringContaining('text/html') },
  })
  expect(pagina.headers['content-security-policy']).toContain("default-src 'self'")
  const resources = [...pagina.body.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path!)
  expect(resources.length).toBeGreaterThan(1)
  for (const path of resources) expect(await ask(path), path).toMatchObject({ status: 200 })
  expect(await ask('/static/assets/../../../package.json', OWN)).toMatchObject({ status: 404 })
})

test('su página ve las tablas servidas y sus filas', async () => {
  expect(JSON.parse((await ask('/_system/info', OWN)).body)).toEqual({ admin: true })
  const schema = JSON.parse((await ask('/_system/introspect', OWN)).body)
  expect(schema.tables.map((table: { name: string }) => table.name)).toContain('contratos')
  expect(new Set(schema.tables.map((table: { schema: string }) => table.schema))).toEqual(new Set(['public']))
  // What it finds a row by, and what it lets nobody write.
  expect(schema.primary_keys).toContainEqual({ table: 'contratos', schema: 'public', columns: ['id'] })
  expect(schema.columns).toContainEqual({
    ...{ table: 'contratos', schema: 'public', name: 'id', type: 'bigint', nullable: false },
    ...{ is_identity: true, default_value: null },
  })
  expect(JSON.stringify(schema)).not.toContain('privado_')
  const rows = await ask('/rest/v1/empresas?select=nombre&limit=1', {
    ...OWN,
    'accept-profile': 'public',
  })
  expect(rows).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } })
  expect(JSON.parse(rows.body)).toBeInstanceOf(Array)
})

test('su página edita una fila, y lo que Postgres rechaza llega como error', async () => {
  const own = {
    ...OWN,
    origin: stack.studioUrl,
    'content-type': 'application/json',
    prefer: 'return=representation',
  }
  const path = '/rest/v1/empresas?ruc=eq.1799999999001'
  const empty = await ask(path, own, 'PATCH', JSON.stringify({ nombre: 'Nueva' }))
  expect(empty).toMatchObject({ status: 200, body: '[]' })
  const bad = await ask('/rest/v1/empresas', own, 'POST', JSON.stringify({ nombre: 'Sin RUC' }))
  expect(bad.status).toBeGreaterThanOrEqual(400)
  expect(bad.status).toBeLessThan(500)
})

test.each([
  ['otra página del navegador', { 'sec-fetch-site': 'cross-site', origin: 'https://malo.test' }],
  ['otro puerto de esta máquina', { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:3000' }],
  ['un navegador sin Sec-Fetch-Site', { origin: 'https://malo.test' }],
  ['una página sin origen', { origin: 'null' }],
  ['quien no dice de dónde viene', {}],
  ['quien miente a medias', { 'sec-fetch-site': 'same-origin', origin: 'https://malo.test' }],
])('no atiende a %s', async (_, headers) => {
  for (const path of ['/_system/info', '/_system/introspect', '/rest/v1/empresas']) {
    expect(await ask(path, headers as Record<string, string>), path).toMatchObject({ status: 403 })
  }
  expect(await ask('/rest/v1/empresas?id=gt.0', headers as Record<string, string>, 'DELETE')).toMatchObject({
    status: 403,
  })
})

test.each([`malo.test:${port}`, `127.0.0.1.malo.test:${port}`, 'localhost:1', `[::2]:${port}`])(
  'no atiende a quien la llama por el nombre %j',
  async (nombre) => {
    expect(await ask('/', { ...OWN, host: nombre })).toMatchObject({ status: 403 })
    expect(await ask('/rest/v1/empresas', { ...OWN, host: nombre })).toMatchObject({ status: 403 })
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
])('la clave no sirve para %s', async (path) => {
  expect(await ask(path, OWN)).toMatchObject({ status: 404 })
})

test('ninguna respuesta lleva la clave', async () => {
  const paths = [
    '/',
    '/_system/info',
    '/_system/introspect',
    '/rest/v1/empresas',
    '/rest/v1/no_existe',
    '/rest/v1/empresas?x',
  ]
  for (const path of paths) {
    const { headers, body } = await ask(path, OWN)
    const all = JSON.stringify(headers) + body
    for (const clave of [stack.secretKey, stack.serviceRoleKey, stack.jwtSecret])
      expect(all, path).not.toContain(clave)
  }
})

test.each(['0.0.0.0', '::', '192.168.1.10'])('no arranca en %s', async (address) => {
  const options = {
    ...{ gatewayUrl: stack.supabaseUrl, secretKey: 'x' },
    ...{ ownerUrl: stack.databaseUrl, schemas: ['public'] },
  }
  await expect(startStudio({ host: address, port: 0, ...options })).rejects.toThrow(/loopback/)
  await expect(startStudio({ host: '127.0.0.1', port: Number(port), ...options })).rejects.toThrow(
    /STUDIO_PORT/,
  )
})
