import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { callAsMember, raw } from './raw.ts'

callAsMember()

const SERVICES = ['auth', 'rest', 'storage', 'realtime', 'functions']
const PATHS = `
  /rest/v1/contratos /rest/v1/rpc/crear_contrato /rest/v1/ /rest/v1
  /auth/v1/token?grant_type=password /auth/v1/signup /auth/v1/user /auth/v1/otp
  /auth/v1/verify /auth/v1/recover /auth/v1/logout /auth/v1/admin/users
  /auth/v1/authorize /auth/v1/callback /realtime/v1/api/broadcast /realtime/v1/api/broadcast/a/events/b
  /functions/v1/contratos /functions/v1/perfil /health /metrics
`
  .trim()
  .split(/\s+/)

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

  test('cualquier dirección', () => check(path, 600), 120_000)
  test('cualquier filtro', () => check(filter, 600), 120_000)
  test('cualquier cuerpo', () => check(fc.constantFrom(...PATHS), 900), 120_000)
})
