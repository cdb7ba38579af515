// Whatever a client has to say can be said, and whatever comes is answered.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RestError } from '../error.ts'
import { readRequest } from './read.ts'
import type { Condition, OrderTerm, SelectItem } from './types.ts'

const read = (url: string, method = 'GET', headers: Record<string, string> = {}) =>
  readRequest({ method, url, headers, body: null }, { schemas: ['public'] })
const queryOf = (name: string, value: string) =>
  read(`/t?${encodeURIComponent(name)}=${encodeURIComponent(value)}`).query

const text = fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed() && !value.includes('\0'))
const quoted = (value: string) => `"${value.replace(/["\\]/g, '\\$&')}"`

test('todo texto es un valor: solo, en una lista, y en or', () => {
  const check = fc.property(text, fc.array(text, { minLength: 1, maxLength: 5 }), (value, list) => {
    expect(queryOf('a', `eq.${value}`).filters[0]?.condition).toMatchObject({ value })
    expect(queryOf('a', `in.(${list.map(quoted)})`).filters[0]?.condition).toMatchObject({ value: list })
    const logic = `(a.eq.${quoted(value)},b.not.in.(${list.map(quoted)}),c.like(all).${quoted(value)})`
    expect(queryOf('or', logic).filters[0]?.condition).toMatchObject({
      conditions: [{ value }, { value: list }, { value, quantifier: 'all' }],
    })
  })
  fc.assert(check)
})

const json = fc.oneof(text, fc.integer())
const field = fc.record({
  name: text,
  path: fc.array(fc.record({ arrow: fc.constantFrom('->' as const, '->>' as const), key: json }), {
    maxLength: 2,
  }),
})
type Field = typeof field extends fc.Arbitrary<infer T> ? T : never
const fieldSaid = ({ name, path }: Field) =>
  quoted(name) + path.map(({ arrow, key }) => arrow + (typeof key === 'number' ? key : quoted(key))).join('')
const orNull = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null })

const { item } = fc.letrec<{ item: SelectItem; embed: SelectItem; field: SelectItem }>((tie) => ({
  item: fc.oneof({ maxDepth: 3 }, tie('field'), tie('embed')),
  field: fc.record({
    kind: fc.constant('field' as const),
    field,
    alias: orNull(text),
    cast: fc.constantFrom(null, 'text', 'double precision'),
    aggregate: fc.constantFrom(null, 'sum', 'avg', 'count', 'max', 'min'),
    aggregateCast: fc.constantFrom(null),
  }),
  embed: fc.record({
    kind: fc.constant('embed' as const),
    name: text.filter((name) => name !== 'count'),
    alias: orNull(text),
    hint: orNull(text),
    join: fc.constantFrom(null, 'inner', 'left'),
    isSpread: fc.constant(false),
    select: fc.array(tie('item'), { maxLength: 3 }),
  }),
}))

function said(of: SelectItem): string {
  const alias = of.alias === null ? '' : `${quoted(of.alias)}:`
  if (of.kind === 'embed') {
    const hint = of.hint === null ? '' : `!${quoted(of.hint)}`
    return `${alias}${quoted(of.name)}${hint}${of.join ? `!${of.join}` : ''}(${of.select.map(said)})`
  }
  const end = `${of.cast ? `::${of.cast}` : ''}${of.aggregate ? `.${of.aggregate}()` : ''}`
  return `${alias}${fieldSaid(of.field as Field)}${end}`
}

/** An index before a bracket is a key, as PostgREST reads it: told here by what stands at the end. */
const isReadable = (of: SelectItem): boolean =>
  of.kind === 'embed'
    ? of.select.every(isReadable)
    : of.cast !== null || of.aggregate !== null || typeof of.field.path.at(-1)?.key !== 'number'

test('todo select que se puede decir se lee como se dijo', () => {
  const items = fc.array(item.filter(isReadable), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(items, (select) => {
      expect(queryOf('select', select.map(said).join()).select).toEqual(select)
    }),
  )
})

const order: fc.Arbitrary<OrderTerm> = fc.record({
  field,
  relation: fc.constant(null),
  direction: fc.constantFrom(null, 'asc', 'desc'),
  nulls: fc.constantFrom(null, 'first', 'last'),
})

test('todo orden y todo nombre de columna se leen como se dijeron', () => {
  const path = fc.array(text, { maxLength: 3 })
  fc.assert(
    fc.property(path, fc.array(order, { minLength: 1, maxLength: 3 }), field, (path, terms, field) => {
      const level = path.map((name) => `${quoted(name)}.`).join('')
      const words = terms.map(({ field, direction, nulls }) =>
        [fieldSaid(field as Field), direction, nulls && `nulls${nulls}`]
          .filter((word) => word !== null)
          .join('.'),
      )
      expect(queryOf(`${level}order`, words.join()).orders).toEqual([{ path, terms }])
      const condition: Partial<Condition> = { kind: 'filter', field, value: 'x' }
      expect(queryOf(`${level}${fieldSaid(field)}`, 'eq.x').filters).toMatchObject([{ path, condition }])
      expect(queryOf('columns', [...path, field.name].map(quoted).join()).columns).toEqual([
        ...new Set([...path, field.name]),
      ])
    }),
  )
})

const WORDS = [
  ...[
    'select=',
    'order=',
    'or=',
    'and=',
    'columns=',
    'limit=',
    'offset=',
    '&',
    ';',
    '=',
    '?',
    '/',
    'rpc/',
    '%',
  ],
  ...[
    '(',
    ')',
    ',',
    '.',
    ':',
    '::',
    '"',
    '\\',
    '->',
    '->>',
    '!',
    '!inner',
    '...',
    '*',
    '{',
    '}',
    '-',
    ' ',
    '+',
    '\n',
  ],
  ...[
    'eq',
    'not',
    'in',
    'is',
    'null',
    'fts',
    'any',
    'a',
    'é',
    '1',
    'count()',
    '.sum()',
    'asc',
    '%00',
    '%ff',
    '__proto__',
  ],
]
const noise = fc.array(fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: 'binary' })), { maxLength: 40 })

function outcome(read: () => unknown): 'read' | 'refused' {
  try {
    read()
    return 'read'
  } catch (error) {
    if (error instanceof RestError && error.status >= 400 && error.status < 500) return 'refused'
    throw error
  }
}

test('nada de lo que llegue lanza otra cosa que un RestError de los 4xx', () => {
  const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'FOO')
  const names = ['prefer', 'range', 'accept', 'content-type', 'accept-profile', 'content-profile', 'cookie']
  const headers = fc.dictionary(fc.constantFrom(...names), fc.string())
  fc.assert(
    fc.property(noise, method, headers, (words, method, headers) => {
      const url = words.join('')
      for (const at of ['/t?', '/rpc/f?', '/', '']) outcome(() => read(at + url, method, headers))
    }),
    { numRuns: 1000 },
  )
})

test('lo mucho se rehúsa pronto: largo, hondo, con muchos términos', () => {
  const many = (word: string, times: number) => word.repeat(times)
  const hostile = [
    `select=${many('a(', 20_000)}`,
    `select=${many('a,', 20_000)}a`,
    `select=${many('a ,', 20_000)}`,
    `select=a${many('->b', 20_000)}`,
    `or=${many('(and', 15_000)}`,
    `or=(${many('a.eq."x,', 7000)})`,
    `or=(${many('a.eq.1,', 7000)}a.eq.1)`,
    `order=${many('a,', 20_000)}a`,
    many('a=eq.1&', 9000),
    `${many('a.', 2000)}b=eq.1`,
  ]
  const quiet = [
    many('limit=1&a.limit=1&', 3000),
    `a=in.(${many('"1\\"",', 9000)}1)`,
    `a=eq.${many('%ff', 20_000)}`,
    `select=${many('"', 60_000)}`,
    `select=${many('a-', 30_000)}`,
    `a=in.(${many('(', 60_000)}`,
  ]
  const { user } = process.cpuUsage()
  for (const query of hostile)
    expect(
      outcome(() => read(`/t?${query}`)),
      query.slice(0, 20),
    ).toBe('refused')
  for (const query of quiet) outcome(() => read(`/t?${query}`))
  expect(() => read(`/t?a=eq.${many('x', 70_000)}`)).toThrow(expect.objectContaining({ status: 414 }))
  // Of processor, microseconds: some 16 requests that are the worst there are.
  expect(process.cpuUsage().user - user).toBeLessThan(3_000_000)
})

test('un NUL no llega a ninguna parte', () => {
  for (const url of ['/t?a=eq.%00', '/t?%00=eq.1', '/%00', '/t?select=a%00b', '/rpc/f%00'])
    expect(() => read(url), url).toThrow(expect.objectContaining({ status: 400, code: '22021' }))
})
