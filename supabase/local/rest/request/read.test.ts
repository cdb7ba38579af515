import { expect, test } from 'vitest'
import { readRequest } from './read.ts'

const config = { schemas: ['public', 'otra'] }
const read = (url: string, method = 'GET', headers: Record<string, string | string[]> = {}) =>
  readRequest({ method, url, headers, body: null }, config)
const refused = (status: number, code: string, more = {}) =>
  expect.objectContaining({ status, code, ...more })

test('a qué va la petición', () => {
  expect(read('/').target).toEqual({ kind: 'root' })
  expect(read('').target).toEqual({ kind: 'root' })
  expect(read('/a%20b?x=eq.1').target).toEqual({ kind: 'table', name: 'a b' })
  expect(read('/rpc/f', 'POST').target).toEqual({ kind: 'rpc', name: 'f' })
  for (const path of ['/a/b', '/a/', '/rpc/a/b'])
    expect(() => read(path), path).toThrow(refused(404, 'PGRST125'))
  expect(() => read('/rpc/f', 'PUT')).toThrow(
    refused(405, 'PGRST101', { message: 'Cannot use the PUT method on RPC' }),
  )
  for (const [path, method] of [
    ['/', 'POST'],
    ['/t', 'TRACE'],
    ['/t', '__proto__'],
  ] as const)
    expect(() => read(path, method)).toThrow(
      refused(405, 'PGRST117', { message: `Unsupported HTTP method: ${method}` }),
    )
})

test('sólo los esquemas expuestos, por el perfil de su dirección', () => {
  expect(read('/t')).toMatchObject({ schema: 'public', isProfiled: true })
  expect(read('/t', 'GET', { 'accept-profile': 'otra', 'content-profile': 'x' }).schema).toBe('otra')
  expect(read('/t', 'PATCH', { 'content-profile': 'otra', 'accept-profile': 'x' }).schema).toBe('otra')
  for (const schema of ['privado', '', 'Public', 'auth'])
    expect(() => read('/t', 'GET', { 'accept-profile': schema })).toThrow(
      refused(406, 'PGRST106', {
        message: `Invalid schema: ${schema}`,
        hint: 'Only the following schemas are exposed: public, otra',
      }),
    )
})

test('cada parámetro a su sitio', () => {
  const { query } = read(
    '/t?select=id,a(b)&id=eq.1&a.b=gt.2&a.order=b.desc&order=id&a.limit=3&a.offset=1&or=(x.eq.1,y.eq.2)' +
      '&a.not.and=(c.is.null)&columns=a,b,a&on_conflict=a,b&solo&select=otra',
  )
  expect(query.select).toHaveLength(2)
  expect(
    query.filters.map(({ path, condition }) => [path.join(), condition.kind, condition.isNegated]),
  ).toEqual([
    ['', 'filter', false],
    ['a', 'filter', false],
    ['', 'or', false],
    ['a', 'and', true],
  ])
  expect(query.orders.map(({ path }) => path.join())).toEqual(['a', ''])
  expect(query.ranges).toEqual([{ path: ['a'], offset: 1, limit: 3 }])
  expect(query).toMatchObject({ columns: ['a', 'b'], onConflict: ['a', 'b'], parameters: [] })
  expect(read('/t').query.select).toMatchObject([{ field: { name: '*' } }])
  expect(read('/t?a=eq.caf%C3%A9+%ff%zz').query.filters[0]?.condition).toMatchObject({
    value: 'café \ufffd%zz',
  })
  expect(read(`/t?a=eq.${Buffer.from('café').toString('latin1')}`).query.filters[0]).toMatchObject({
    condition: { value: 'café' },
  })
})

test('de una función por GET, lo que no es filtro es parámetro', () => {
  const { query } = read('/rpc/f?a=1&b=eq.2&a=x.y&v->>k=gt.3&equis=equis')
  expect(query.parameters).toEqual([
    ['a', '1'],
    ['a', 'x.y'],
    ['equis', 'equis'],
  ])
  expect(query.filters).toHaveLength(2)
  expect(() => read('/rpc/f?a=1', 'POST')).toThrow(refused(400, 'PGRST100'))
  expect(() => read('/rpc/f?a=is.x')).toThrow(refused(400, 'PGRST100'))
})

test('los rangos', () => {
  const range = (url: string, header?: string, method = 'GET') =>
    read(url, method, header === undefined ? {} : { range: header }).range
  expect(range('/t')).toEqual({ offset: 0, limit: null })
  expect(range('/t?limit=5&offset=2')).toEqual({ offset: 2, limit: 5 })
  expect(range('/t?offset=2')).toEqual({ offset: 2, limit: null })
  expect(range('/t?limit=0')).toEqual({ offset: 0, limit: 0 })
  expect(range('/t?limit=x')).toEqual({ offset: 0, limit: null })
  expect(range('/t', '5-9')).toEqual({ offset: 5, limit: 5 })
  expect(range('/t', '5-')).toEqual({ offset: 5, limit: null })
  expect(range('/t?limit=3', '1-9')).toEqual({ offset: 1, limit: 2 })
  expect(range('/t', '5-9', 'HEAD')).toEqual({ offset: 0, limit: null })
  expect(range('/t', 'items=5-9')).toEqual({ offset: 0, limit: null })
  expect(range(`/t?limit=${'9'.repeat(40)}`).limit).toBe(Number.MAX_SAFE_INTEGER)
  expect(() => range('/t', '5-2')).toThrow(
    refused(416, 'PGRST103', { details: expect.stringMatching(/Range/) }),
  )
  expect(() => range('/t?limit=-1')).toThrow(
    refused(416, 'PGRST103', { details: 'Limit should be greater than or equal to zero.' }),
  )
  expect(() => range('/t?limit=1', undefined, 'PUT')).toThrow(refused(400, 'PGRST114'))
  expect(read('/t?limit=5', 'GET', { range: '3-9' }).query.ranges).toEqual([
    { path: [], offset: 3, limit: 2 },
  ])
})

test('las preferencias: la primera de cada una, y lo que no es ninguna', () => {
  const prefer = [
    'return=minimal, count=exact,tx=rollback',
    'return=representation, missing=default, x=1,count=mil',
  ]
  const { preferences } = read('/t', 'GET', { prefer })
  expect(preferences).toEqual({
    return: 'minimal',
    resolution: null,
    count: 'exact',
    missing: 'default',
    handling: null,
    tx: 'rollback',
    timezone: null,
    maxAffected: null,
    unknown: ['x=1', 'count=mil'],
  })
  const other = 'timezone=America/Guayaquil, max-affected=10, handling=strict'
  expect(read('/t', 'GET', { prefer: other }).preferences).toMatchObject({
    timezone: 'America/Guayaquil',
    maxAffected: 10,
    handling: 'strict',
    unknown: [],
  })
})

test('lo que acepta, lo mejor primero', () => {
  const accept = (header: string) => read('/t', 'GET', { accept: header }).accept
  const types = (header: string) => accept(header).map(({ type }) => type)
  expect(read('/t').accept).toEqual([{ type: '*/*', parameters: {} }])
  expect(types('*/*, text/csv;q=0.5, application/json')).toEqual(['application/json', '*/*', 'text/csv'])
  expect(accept('Application/vnd.pgrst.object+json; nulls=stripped, application/vnd.pgrst.object')).toEqual([
    { type: 'application/vnd.pgrst.object+json', parameters: { nulls: 'stripped' } },
    { type: 'application/vnd.pgrst.object+json', parameters: {} },
  ])
  expect(types('application/vnd.pgrst.array+json')).toEqual(['application/json'])
  expect(types('application/vnd.pgrst.array;nulls=stripped')).toEqual(['application/vnd.pgrst.array+json'])
  expect(accept('application/vnd.pgrst.plan; for="text/csv"; options=analyze|verbose')).toEqual([
    { type: 'application/vnd.pgrst.plan+text', parameters: { for: 'text/csv', options: 'analyze|verbose' } },
  ])
  expect(types('image/PNG;a=b, nada')).toEqual(['image/PNG;a=b', 'nada'])
})

test('el cuerpo: sólo de los tipos que se leen', () => {
  const post = (path: string, type: string) => read(path, 'POST', { 'content-type': type }).contentType.type
  expect(post('/t', 'application/json; charset=utf-8')).toBe('application/json')
  expect(post('/rpc/f', 'text/plain')).toBe('text/plain')
  expect(read('/t', 'POST').contentType.type).toBe('application/json')
  expect(() => post('/t', 'text/plain')).toThrow(
    refused(400, 'PGRST102', { message: 'Content-Type not acceptable: text/plain' }),
  )
})

test('cabeceras y cookies', () => {
  const { headers, cookies } = read('/t', 'GET', { 'X-A': '1', Cookie: 'a=b; c="d=e"; __proto__=f' })
  expect(headers).toEqual({ 'x-a': '1' })
  expect(Object.entries(cookies)).toEqual([
    ['a', 'b'],
    ['c', '"d=e"'],
    ['__proto__', 'f'],
  ])
})
