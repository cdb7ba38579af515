import { expect, test } from 'vitest'
import { LIMITS, openBudget } from '../budget.ts'
import type { Parser } from '../parsec.ts'
import { parse } from '../parsec-text.ts'
import { filterOperation } from './filter.ts'
import { logic } from './logic.ts'
import { treePath } from './names.ts'
import { order } from './order.ts'
import { select } from './select.ts'

const read = <T>(parser: Parser<T>, text: string) => parse(parser, 'it', text, { budget: openBudget(LIMITS) })
const column = (name: string, more = {}) => ({
  kind: 'field',
  field: { name, path: [] },
  alias: null,
  cast: null,
  aggregate: null,
  aggregateCast: null,
  ...more,
})
const embed = (name: string, items: unknown[], more = {}) => ({
  kind: 'embed',
  name,
  alias: null,
  hint: null,
  join: null,
  isSpread: false,
  ...more,
  select: items,
})
const filter = (name: string, operator: string, value: unknown, more = {}) => ({
  kind: 'filter',
  field: { name, path: [] },
  operator,
  value,
  isNegated: false,
  quantifier: null,
  language: null,
  ...more,
})

test('select con alias, casts, JSON y agregados', () => {
  expect(read(select, '*')).toEqual([column('*')])
  expect(read(select, '')).toEqual([])
  expect(read(select, ' id , peso neto::numeric ,a:b-c')).toEqual([
    column('id'),
    column('peso neto', { cast: 'numeric' }),
    column('b-c', { alias: 'a' }),
  ])
  const path = [
    { arrow: '->', key: 'b' },
    { arrow: '->', key: -1 },
    { arrow: '->>', key: 'c d' },
  ]
  expect(read(select, 'x:a->b->-1->>"c d"::int')).toEqual([
    { ...column('a', { alias: 'x', cast: 'int' }), field: { name: 'a', path } },
  ])
  expect(read(select, 'count(),n:count()::text,peso.sum()::int,t:a::int.max()')).toEqual([
    column('', { aggregate: 'count' }),
    column('', { aggregate: 'count', alias: 'n', aggregateCast: 'text' }),
    column('peso', { aggregate: 'sum', aggregateCast: 'int' }),
    column('a', { alias: 't', cast: 'int', aggregate: 'max' }),
  ])
})

test('select con tablas dentro de tablas', () => {
  expect(read(select, 'id,lotes(*),e:empresas!fk!inner(id,...region!left(nombre)),"a,b"()')).toEqual([
    column('id'),
    embed('lotes', [column('*')]),
    embed('empresas', [column('id'), embed('region', [column('nombre')], { isSpread: true, join: 'left' })], {
      alias: 'e',
      hint: 'fk',
      join: 'inner',
    }),
    embed('a,b', []),
  ])
})

test('cada operador y sus modos', () => {
  const { field: _, kind: __, ...five } = filter('', 'eq', '5')
  const simple = 'eq neq gt gte lt lte like ilike match imatch isdistinct cs cd ov sl sr nxr nxl adj'
  for (const operator of [...simple.split(' '), 'fts', 'plfts', 'phfts', 'wfts'])
    expect(read(filterOperation, `${operator}.5`)).toEqual({ ...five, operator })
  expect(read(filterOperation, 'not.eq.5')).toEqual({ ...five, isNegated: true })
  expect(read(filterOperation, 'like(any).{a*,"b,c"}')).toEqual({
    ...five,
    operator: 'like',
    quantifier: 'any',
    value: '{a*,"b,c"}',
  })
  expect(read(filterOperation, 'fts(spanish).cacao fino').language).toBe('spanish')
  expect(read(filterOperation, 'is.NOT_null').value).toBe('not_null')
  expect(read(filterOperation, 'eq."5"').value).toBe('"5"')
  expect(read(filterOperation, String.raw`in.(1,"a,b","c\"d\\",,"e"f, g)`).value).toEqual([
    ...['1', 'a,b', 'c"d\\', '', '"e"f', ' g'],
  ])
})

test('or, and y not anidados, con comillas dentro de comillas (caso R06)', () => {
  expect(read(logic, String.raw`or(o.eq."dice \"fino\"",id.eq.0)`)).toEqual({
    kind: 'or',
    isNegated: false,
    conditions: [filter('o', 'eq', 'dice "fino"'), filter('id', 'eq', '0')],
  })
  expect(read(logic, 'not.and(a.cs.{1,2}, not.or(b.not.in.(1,"x)"),c.is.null), and.eq.3)')).toEqual({
    kind: 'and',
    isNegated: true,
    conditions: [
      filter('a', 'cs', '{1,2}'),
      {
        kind: 'or',
        isNegated: true,
        conditions: [filter('b', 'in', ['1', 'x)'], { isNegated: true }), filter('c', 'is', 'null')],
      },
      filter('and', 'eq', '3'),
    ],
  })
})

test('orden propio y de una relación', () => {
  expect(read(order, 'id.desc.nullslast, a->>b,rel(c).asc,d.nullsfirst')).toEqual([
    { field: { name: 'id', path: [] }, relation: null, direction: 'desc', nulls: 'last' },
    {
      field: { name: 'a', path: [{ arrow: '->>', key: 'b' }] },
      relation: null,
      direction: null,
      nulls: null,
    },
    { field: { name: 'c', path: [] }, relation: 'rel', direction: 'asc', nulls: null },
    { field: { name: 'd', path: [] }, relation: null, direction: null, nulls: 'first' },
  ])
  expect(read(treePath, 'a."b.c".d->e')).toEqual({
    path: ['a', 'b.c'],
    field: { name: 'd', path: [{ arrow: '->', key: 'e' }] },
  })
})

/** Parser, text, column and words, as PostgREST has them. */
const REFUSALS: [Parser<unknown>, string, number, string][] = [
  [filterOperation, 'noop.0', 1, 'unexpected "o" expecting "not" or operator (eq, gt, ...)'],
  [filterOperation, 'fts().a', 5, 'unexpected ")" expecting operator (eq, gt, ...)'],
  [filterOperation, 'eq().a', 4, 'unexpected ")" expecting operator (eq, gt, ...)'],
  [filterOperation, 'in().a', 3, 'unexpected "(" expecting operator (eq, gt, ...)'],
  [
    filterOperation,
    'is.no',
    6,
    'unexpected end of input expecting isVal: (null, not_null, true, false, unknown)',
  ],
  [
    select,
    'id,clients(name[])',
    16,
    `unexpected '[' expecting letter, digit, "-", "->>", "->", "::", ".", ")", "," or end of input`,
  ],
  [select, 'data->>-78xy', 11, `unexpected 'x' expecting digit, "->", "::", ".", "," or end of input`],
  [select, 'data->>--34', 9, 'unexpected "-" expecting digit'],
  [select, 'name::', 7, 'unexpected end of input expecting letter or digit'],
  [
    select,
    'data->(a',
    7,
    'unexpected "(" expecting "-", digit or any non reserved character different from: .,>()',
  ],
  [order, 'id.ac', 4, 'unexpected "c" expecting "asc", "desc", "nullsfirst" or "nullslast"'],
  [order, 'id.descc', 8, `unexpected 'c' expecting delimiter (.), "," or end of input`],
  [order, 'id.asc.nlsfst', 8, 'unexpected "l" expecting "nullsfirst" or "nullslast"'],
  [order, 'id.asc.nullslasttt', 17, `unexpected 't' expecting "," or end of input`],
  [
    logic,
    'or()',
    4,
    'unexpected ")" expecting field name (* or [a..z0..9_$]), negation operator (not) or logic operator (and, or)',
  ],
  [logic, 'or(id.in.1,2,id.eq.3)', 10, 'unexpected "1" expecting "("'],
  [logic, 'or)(', 3, 'unexpected ")" expecting "("'],
  [logic, 'and(ord(id.eq.1,id.eq.1),id.eq.2)', 7, 'unexpected "d" expecting "("'],
  [logic, 'or(id.eq.1,not.xor(id.eq.2))', 16, 'unexpected "x" expecting logic operator (and, or)'],
]

test.each(REFUSALS)(
  '%#: lo que no se entiende se dice con las palabras de PostgREST: %s',
  (parser, text, at, details) => {
    expect(() => read(parser, text)).toThrow(
      expect.objectContaining({
        status: 400,
        code: 'PGRST100',
        message: `"failed to parse it (${text})" (line 1, column ${at})`,
        details,
      }),
    )
  },
)
