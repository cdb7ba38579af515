// Whatever is sent to Auth, it is never Auth's fault.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { makeUser, ok, PASSWORD, person } from './support.ts'

const stack = inject('stack')
const agent = new Agent({ keepAlive: true, maxSockets: 8 })
afterAll(() => agent.destroy())

let token: string
beforeAll(async () => {
  const { email } = await makeUser()
  token = ok(await person().auth.signInWithPassword({ email: email!, password: PASSWORD })).session!
    .access_token
})

interface Sent {
  method: string
  path: string
  type?: string | undefined
  body?: string | Buffer | undefined
  as?: 'nadie' | 'persona' | 'servicio'
  headers?: Record<string, string>
  /** Its length is not told before. */
  isChunked?: boolean
}

/** A request as it stands on the wire: also what no client of fetch would send. @returns its status. */
async function send({ method, path, type, body, isChunked, headers, as = 'nadie' }: Sent): Promise<number> {
  const { hostname, port } = new URL(stack.supabaseUrl)
  const key = as === 'servicio' ? stack.secretKey : stack.publishableKey
  const asked = request({
    agent,
    hostname,
    port,
    method,
    path: `/auth/v1${path}`,
    headers: {
      ...headers,
      apikey: key,
      ...(type !== undefined && { 'content-type': type }),
      ...(as === 'persona' && { authorization: `Bearer ${token}` }),
      ...(body !== undefined &&
        (isChunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': Buffer.byteLength(body) })),
    },
  })
  asked.end(body)
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  await text(answer)
  return answer.statusCode!
}

const ID = randomUUID()
const PATHS = [
  ...['signup', 'otp', 'magiclink', 'recover', 'resend', 'verify', 'reauthenticate', 'user', 'logout'],
  ...['password', 'refresh_token', 'pkce', 'id_token', 'web3', 'x', ''].map(
    (kind) => `token?grant_type=${kind}`,
  ),
  ...[
    'token',
    'authorize',
    'authorize?provider=google',
    'callback',
    `callback?state=${ID}`,
    'callback?code=x',
  ],
  ...['factors', `factors/${ID}`, `factors/${ID}/challenge`, `factors/${ID}/verify`, 'factors/x/verify'],
  ...['user/identities/authorize?provider=x', `user/identities/${ID}`, 'user/oauth/grants'],
  ...['health', 'settings', '.well-known/jwks.json', '.well-known/openid-configuration', 'nada', ''],
  ...['sso', 'sso/saml/acs', 'passkeys', 'passkeys/authentication/verify', 'oauth/token', 'scim/v2/Schemas'],
  ...['invite', 'admin/users', `admin/users/${ID}`, 'admin/users/x', 'admin/generate_link', 'admin/audit'],
  ...[`admin/users/${ID}/factors`, `admin/users/${ID}/factors/${ID}`, 'admin/logout'],
].map((path) => `/${path}`)
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const MULTIPART =
  '--x\r\ncontent-disposition: form-data; name="state"; filename="a"\r\n\r\ncuerpo\r\n--x--\r\n'
const TYPES = [
  undefined,
  'application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  'text/csv',
  'application/octet-stream',
  ';;;',
]
const BODIES: (string | Buffer | undefined)[] = [
  undefined,
  '',
  '{}',
  'null',
  '[]',
  '"texto"',
  '{"email":',
  'state=x&code=%ff&state=y',
  MULTIPART,
  Buffer.from([0xff, 0xfe, 0x00, 0x80]),
  '[['.repeat(300),
  `{"data":${'{"a":'.repeat(200)}1${'}'.repeat(200)}}`,
]
const CALLERS = ['nadie', 'persona', 'servicio'] as const

/** Sends all of them, some at a time. @returns those that were answered with 5xx, or not at all. */
async function faults(all: Sent[]): Promise<string[]> {
  const found: string[] = []
  const waiting = [...all]
  const worker = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const status = await send(next).catch((error: Error) => error.message)
      if (typeof status !== 'number' || status >= 500 || status < 200)
        found.push(`${status}: ${JSON.stringify({ ...next, body: String(next.body).slice(0, 200) })}`)
    }
  }
  await Promise.all(Array.from({ length: 8 }, worker))
  return found
}

describe('ninguna ruta de Auth responde 5xx', () => {
  test('con cualquier método, tipo y cuerpo', { timeout: 120_000 }, async () => {
    const all = METHODS.flatMap((method, m) =>
      PATHS.flatMap((path, p) =>
        // Each route meets every body and every type with some method.
        BODIES.filter((_, b) => (b + p + m) % 4 === 0).map(
          (body, n): Sent => ({
            method,
            path,
            body,
            type: TYPES[(n + p + m) % TYPES.length],
            as: CALLERS[(n + p) % CALLERS.length]!,
          }),
        ),
      ),
    )
    expect(await faults(all)).toEqual([])
  })

  test('la vuelta de un proveedor, con todo', async () => {
    const all = METHODS.flatMap((method) =>
      TYPES.flatMap((type) =>
        BODIES.flatMap((body) =>
          [true, false].map((isChunked): Sent => ({ method, path: '/callback', type, body, isChunked })),
        ),
      ),
    )
    expect(await faults(all)).toEqual([])
  })

  const odd = fc.oneof(
    fc.constantFrom<unknown>(
      ...[null, '', 0, -1, 1e308, true, false, [], {}, [null], { a: { b: [] } }],
      ...['\ud800', '\u202e', 'ñ'.repeat(300), 'x'.repeat(10_000), "'; drop table x", '%', '\\', '../..'],
      ...[ID, 'a@b.c', `${'a'.repeat(250)}@b.c`, '593987654321', '+1', 'signup', 'recovery', 'email', 'totp'],
      ...['1h', '-1h', 'none', '999999999h', 'https://x.test/', 'javascript:1', '$2a$10$x', 's256'],
    ),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.jsonValue({ maxDepth: 2 }),
  )
  const FIELDS = [
    ...['email', 'phone', 'password', 'type', 'token', 'token_hash', 'refresh_token', 'redirect_to', 'data'],
    ...['auth_code', 'code_verifier', 'code_challenge', 'code_challenge_method', 'provider', 'id_token'],
    ...['nonce', 'access_token', 'issuer', 'client_id', 'channel', 'create_user', 'app_metadata', 'role'],
    ...['friendly_name', 'factor_type', 'challenge_id', 'code', 'user_metadata', 'ban_duration', 'id', 'aud'],
    ...['email_confirm', 'password_hash', 'should_soft_delete', 'new_email', 'link_identity'],
  ]
  const QUERY = [
    'page',
    'per_page',
    'filter',
    'sort',
    'scope',
    'type',
    'token',
    'redirect_to',
    'state',
    'code',
  ]

  test('con cualquier valor en sus campos y en su dirección', { timeout: 120_000 }, async () => {
    const sent = fc.record({
      method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
      path: fc.constantFrom(...PATHS),
      as: fc.constantFrom(...CALLERS),
      fields: fc.dictionary(fc.constantFrom(...FIELDS), odd, { maxKeys: 8 }),
      query: fc.dictionary(
        fc.constantFrom(...QUERY),
        fc.oneof(fc.string(), fc.constantFrom('0', '-1', '1e9', ID)),
        {
          maxKeys: 2,
        },
      ),
    })
    const all = fc
      .sample(sent, { numRuns: 3000, seed: 20261127 })
      .map(({ path, query, fields, ...rest }): Sent => {
        const search = new URLSearchParams(
          Object.entries(query).map(([name, value]) => [name, value.toWellFormed().replaceAll('\0', '')]),
        )
        const mark = search.size ? (path.includes('?') ? '&' : '?') : ''
        return {
          ...rest,
          path: `${path}${mark}${search}`,
          type: 'application/json',
          body: JSON.stringify(fields),
        }
      })
    expect(await faults(all)).toEqual([])
  })

  test('con cualquier cabecera', { timeout: 120_000 }, async () => {
    const HEADERS = [
      ...[
        'authorization',
        'cookie',
        'referer',
        'redirect_to',
        'x-forwarded-for',
        'x-forwarded-host',
        'origin',
      ],
      ...[
        'x-supabase-api-version',
        'user-agent',
        'accept',
        'content-encoding',
        'if-none-match',
        'host',
        'range',
      ],
    ]
    const value = fc.oneof(
      fc.constantFrom(
        ...[
          '',
          ' ',
          'x',
          '*',
          'null',
          '::1',
          '999.1.1.1',
          '127.0.0.1, x',
          'http://[::1',
          'javascript:1',
          'gzip',
        ],
        ...[
          'Bearer',
          'Bearer  x',
          'Bearer a.b.c',
          'Basic x',
          '2024-01-01',
          '9999-99-99',
          'a=b; =; sb-oauth-',
          '%00',
        ],
        ...['ñ', 'x'.repeat(4000), 'localhost:x', 'https://x.test/?a=1#b', 'bytes=0-'],
      ),
      fc.string({
        unit: fc.integer({ min: 0x20, max: 0xff }).map((n) => String.fromCharCode(n)),
        maxLength: 40,
      }),
    )
    const sent = fc.record({
      method: fc.constantFrom('GET', 'POST', 'HEAD', 'DELETE'),
      path: fc.constantFrom(...PATHS),
      as: fc.constantFrom('nadie' as const, 'servicio' as const),
      headers: fc.dictionary(fc.constantFrom(...HEADERS), value, { maxKeys: 4 }),
    })
    const all = fc
      .sample(sent, { numRuns: 2000, seed: 20261127 })
      .map((one): Sent => ({ ...one, type: 'application/json', body: '{}' }))
      // Node has no such characters in a header to send.
      .filter(({ headers }) => !/[\x7f]/.test(Object.values(headers ?? {}).join('')))
    expect(await faults(all)).toEqual([])
  })
})
