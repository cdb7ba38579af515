import { once } from 'node:events'
import { connect } from 'node:net'
import fc from 'fast-check'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { crearGente } from '../api/apoyo.ts'

const stack = inject('stack')
const { hostname, port } = new URL(stack.supabaseUrl)
let token: string
beforeAll(async () => {
  token = (await crearGente()).ana.token
})

/** One request as it stands on the wire; no client of HTTP makes anything better of it. @returns its status. */
async function raw(method: string, target: string, more: { headers?: string[]; body?: Buffer } = {}) {
  const { headers = [], body } = more
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  const lines = [
    `${method} ${target} HTTP/1.1`,
    `Host: ${hostname}`,
    `apikey: ${stack.publishableKey}`,
    `Authorization: Bearer ${token}`,
    'Connection: close',
    ...headers,
    ...(body ? [`Content-Length: ${body.length}`] : []),
  ]
  socket.write(
    Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body ?? Buffer.alloc(0)]),
  )
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
  })
  await once(socket, 'close')
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text }
}

const json = (body: string | Buffer) => ({
  headers: ['Content-Type: application/json'],
  body: Buffer.from(body),
})

describe('a quién pertenece una dirección', () => {
  it.each([
    '/rest/v1x',
    '/rest/v1%2fcontratos',
    '/rest/v1%2Fcontratos?select=id',
    '/rest/v10/contratos',
    '/auth/v1x/token',
    '/auth/v1%2fadmin/users',
    '/auth/v1/%61dmin/users',
    '/auth/v1/%74oken?grant_type=password',
    '/auth/v1//token?grant_type=password',
    '/auth/v1/token/?grant_type=password',
    '/storage/v1x/bucket',
    '/realtime/v1x/api/broadcast',
    '/functions/v1x/salud',
    '/functions/v1%2fsalud',
    '//rest/v1/contratos',
  ])('%s no es de nadie', async (path) => {
    expect((await raw('POST', path, json('{}'))).status).toBe(404)
    expect((await raw('GET', path)).status).toBe(404)
  })

  it.each([
    '/rest/v1/../../auth/v1/admin/users',
    '/auth/v1/verify/../admin/users',
    '/auth/v1/verify/%2e%2e/admin/users',
    '/auth/v1/verify/.%2E/admin/users',
    '/rest/v1/contratos%00',
    '/rest/v1/contratos?select=id&codigo=eq.%00',
    '/rest/v1/%ff',
    '/rest/v1/%',
    '/storage/v1/object/contratos/a%00b',
    '/storage/v1/object/contratos/%zz',
    '/functions/v1/contratos/%ff',
    '/functions/v1/%00',
    '/rest/v1\\contratos',
    'http://example.com/rest/v1/contratos',
    '*',
  ])('%s está mal escrita', async (path) => {
    for (const method of ['GET', 'POST', 'DELETE']) expect((await raw(method, path)).status).toBe(400)
  })

  it.each(['TRACE', 'PROPFIND', 'SEARCH', 'PURGE', 'MKCOL', 'QUERY'])('%s no se admite', async (method) => {
    for (const path of [
      '/rest/v1/contratos',
      '/auth/v1/user',
      '/storage/v1/bucket',
      '/functions/v1/salud',
      '/nada',
    ]) {
      const { status, text } = await raw(method, path)
      expect([path, status]).toEqual([path, 405])
      expect(text).toMatch(/^allow: GET, /im)
    }
  })
})

const SERVICES = ['auth', 'rest', 'storage', 'realtime', 'functions']
const PATHS = [
  '/rest/v1/contratos',
  '/rest/v1/rpc/crear_contrato',
  '/rest/v1/',
  '/rest/v1',
  '/auth/v1/token?grant_type=password',
  '/auth/v1/signup',
  '/auth/v1/user',
  '/auth/v1/otp',
  '/auth/v1/verify',
  '/auth/v1/recover',
  '/auth/v1/logout',
  '/auth/v1/admin/users',
  '/auth/v1/authorize',
  '/auth/v1/callback',
  '/realtime/v1/api/broadcast',
  '/realtime/v1/api/broadcast/a/events/b',
  '/functions/v1/contratos',
  '/functions/v1/perfil',
  '/health',
  '/metrics',
]

// Whatever a client sends, the fault is not ours.
describe('nada de lo que envía un cliente da un 500', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '%00',
      '%ff',
      '%2f',
      '%2e%2e',
      '..',
      '.',
      '%',
      '%zz',
      '%u0041',
      '\\',
      '//',
      ';',
      '?',
      '&',
      '=',
      '#',
      "'",
      '"',
      '<',
      '(',
      ')',
      '*',
      '!',
      ',',
      '{',
      '[',
      '%C0%80',
      '%ED%A0%80',
      '%F0%9F%92%A5',
      '\xff',
      '\x7f',
    ),
    fc.string({ maxLength: 6 }),
    fc.constantFrom(
      'v1',
      'contratos',
      'rpc',
      'admin',
      'users',
      'object',
      'public',
      'salud',
      'select',
      'order',
      'limit',
      'offset',
      'or',
      'and',
      'not',
      'eq',
      'in',
      'is',
      'apikey',
      '__proto__',
      'constructor',
      'id',
      'codigo',
      'on_conflict',
      'columns',
    ),
  )
  const written = (pieces: string[]) => pieces.join('').replace(/[\r\n \t]/g, '+')
  const path = fc
    .tuple(
      fc.constantFrom(...SERVICES, 'health', 'metrics', ''),
      fc.array(piece, { maxLength: 6 }),
      fc.array(piece, { maxLength: 8 }),
    )
    .map(
      ([service, tail, query]) =>
        `/${service}${service && '/v1'}${written(tail)}${query.length ? `?${written(query)}` : ''}`,
    )
  const filter = fc
    .tuple(
      fc.constantFrom(
        'contratos',
        'mensajes',
        'usuarios',
        'empresas',
        'nada',
        'rpc/leer_notificaciones',
        'rpc/nada',
      ),
      fc.array(piece, { minLength: 1, maxLength: 8 }),
    )
    .map(([table, query]) => `/rest/v1/${table}?${written(query)}`)
  const method = fc.constantFrom(
    'GET',
    'HEAD',
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'OPTIONS',
    'TRACE',
    'LOCK',
    'NONSENSE',
  )
  const header = fc.constantFrom(
    'Prefer: count=planned, x',
    'Prefer: \xff',
    'Range: bytes=-',
    'Range: 0-x',
    'Accept: x',
    'Accept-Profile: auth',
    'Content-Profile: \xfe',
    'Content-Type: text/csv',
    'Content-Type: multipart/form-data',
    'Content-Type: x',
    'Content-Encoding: gzip',
    'Expect: 100-continue',
    'Upgrade: h2c',
    'Authorization: Bearer x',
    'apikey: x',
    'X-Forwarded-For: \xff, ::::',
    'Cookie: =;=',
    'x-supabase-api-version: \xff',
    'If-None-Match: "',
    'Tus-Resumable: 9',
    'Origin: \xff',
  )
  const value = fc.oneof(
    fc.json(),
    fc.string(),
    fc.constantFrom(
      '',
      '[]',
      '[[]]',
      '{}',
      'null',
      '1',
      '"\\u0000"',
      '{"a":"\\u0000"}',
      '{"email":"\\u0000","password":"x"}',
      '{"email":1,"password":[]}',
      '[{"codigo":"\\ud800"}]',
      '[null]',
      '[1]',
      '{"a":1e999}',
      '{"id":99999999999999999999999}',
      '{"__proto__":1}',
      '\xff\xfe',
    ),
  )
  const body = fc.oneof(
    value.map((text) => Buffer.from(text, 'utf8')),
    fc.uint8Array({ maxLength: 20 }).map(Buffer.from),
  )

  const check = (of: fc.Arbitrary<string>, runs: number) =>
    fc.assert(
      fc.asyncProperty(
        method,
        of,
        fc.array(header, { maxLength: 2 }),
        fc.option(body, { nil: undefined }),
        async (verb, target, headers, content) => {
          const { status, text } = await raw(verb, target, {
            headers: [...(content ? ['Content-Type: application/json'] : []), ...headers],
            ...(content && { body: content }),
          })
          expect({
            verb,
            target,
            headers,
            content: content?.toString('latin1'),
            status,
            text: status >= 500 ? text : '',
          }).toMatchObject({ text: '' })
        },
      ),
      { numRuns: Number(process.env.RUNS ?? 1) * runs },
    )

  it('cualquier dirección', () => check(path, 600), 120_000)
  it('cualquier filtro', () => check(filter, 600), 120_000)
  it('cualquier cuerpo', () => check(fc.constantFrom(...PATHS), 900), 120_000)

  const BODIES = [
    '',
    'null',
    '1',
    '"x"',
    '[]',
    '[[]]',
    '[null]',
    '[1]',
    '[{}]',
    '[{},null]',
    '{}',
    '{',
    '\xff\xfe',
    '\u0000',
    '"\\u0000"',
    ...[
      'null',
      '1',
      '1e999',
      '99999999999999999999999',
      '""',
      '"\\u0000"',
      '"\\ud800"',
      '"x"',
      '[]',
      '{}',
      'true',
      '{"a":{"b":[1]}}',
    ].map(
      (value) =>
        `{${[
          'email',
          'password',
          'phone',
          'token',
          'token_hash',
          'type',
          'refresh_token',
          'data',
          'code_challenge',
          'redirect_to',
          'id',
          'ids',
          'contrato_id',
          'texto',
          'observaciones',
          'volumen_tm',
          'nota',
          'mensaje',
        ]
          .map((name) => `"${name}":${value}`)
          .join(',')}}`,
    ),
    ...['"\\u0000"', 'null', '1', '[]', '{}', '"x"'].flatMap((value) => [
      `{"email":"ana@example.com","password":${value}}`,
      `{"email":${value},"password":"secreto-largo"}`,
      `{"type":"magiclink","email":"ana@example.com","token":${value}}`,
      `{"type":${value},"token_hash":"x"}`,
      `{"refresh_token":${value}}`,
      `{"contrato_id":1,"texto":${value}}`,
      `[{"contrato_id":1,"texto":${value}}]`,
      `{"ids":${value}}`,
      `{"data":{"x":${value}},"email":"ana@example.com","password":"secreto-largo"}`,
    ]),
  ]
  const auth = [
    'token?grant_type=password',
    'token?grant_type=refresh_token',
    'token?grant_type=pkce',
    'token?grant_type=id_token',
    'token',
    'signup',
    'otp',
    'magiclink',
    'recover',
    'resend',
    'verify',
    'user',
    'admin/users',
    'admin/generate_link',
    'invite',
    'factors',
    'reauthenticate',
    'authorize?provider=x',
    'sso',
    'callback',
  ].map((name) => `/auth/v1/${name}`)
  const rest = [
    'mensajes',
    'contratos',
    'lecturas',
    'dispositivos',
    'rpc/leer_notificaciones',
    'rpc/crear_contrato',
    'precios_fob',
    'parametros',
    'mis_contratos',
    '',
  ].map((name) => `/rest/v1/${name}`)
  const others = [
    '/realtime/v1/api/broadcast',
    '/realtime/v1/api/broadcast/a/events/b',
    '/storage/v1/object/list/contratos',
    '/storage/v1/object/sign/contratos/a.pdf',
    '/storage/v1/object/copy',
    '/functions/v1/contratos',
    '/functions/v1/perfil',
    '/functions/v1/notificaciones/leidas',
    '/functions/v1/calculadora/fob',
  ]
  it.each([...auth, ...rest, ...others])(
    '%s, con cualquier cuerpo',
    async (target) => {
      const tries = ['POST', target.startsWith('/rest') ? 'PATCH' : 'PUT'].flatMap((verb) =>
        BODIES.map(async (content) => ({ verb, content, ...(await raw(verb, target, json(content))) })),
      )
      const wrong = (await Promise.all(tries)).filter(({ status }) => status >= 500 || status === 0)
      expect(wrong).toEqual([])
    },
    60_000,
  )
})
