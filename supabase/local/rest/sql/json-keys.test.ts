import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RestError } from '../error.ts'
import { keysOf } from './json-keys.ts'

const read = (text: string) => keysOf(Buffer.from(text))

test('las claves de un objeto y de una lista', () => {
  expect(read(' {"a": 1, "b\\u0061": {"c": [2]}, "ñ": "}" } ')).toEqual({
    kind: 'object',
    keys: ['a', 'ba', 'ñ'],
  })
  expect(read('[{"a":1,"b":2},{"b":[{"x":1}],"a":null}]')).toEqual({ kind: 'array', keys: ['a', 'b'] })
  expect(read('{}')).toEqual({ kind: 'object', keys: [] })
  expect(read('[]')).toEqual({ kind: 'array', keys: [] })
  expect(read('[{},{}]')).toEqual({ kind: 'array', keys: [] })
  expect(read('[[], {}]')).toEqual({ kind: 'array', keys: null })
  expect(read('12.5e-3')).toEqual({ kind: 'scalar', keys: [] })
})

test('objetos distintos, o algo que no es objeto, no tienen claves comunes', () => {
  for (const text of ['[{"a":1},{"b":1}]', '[{"a":1},{"a":1,"b":2}]', '[{"a":1},2]', '[1]', '[{"a":1},null]'])
    expect(read(text).keys).toBeNull()
  expect(read('[{"a":1,"a":2},{"a":3}]').keys).toEqual(['a'])
})

const BROKEN = [
  ...[
    '',
    ' ',
    '}{ x = 2',
    '{',
    '[',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '[1,]',
    '[,1]',
    '{,}',
    '{"a":1]',
    '[}',
    '{} {}',
    '[]]',
  ],
  ...[
    '01',
    '-',
    '1.',
    '.5',
    '1e',
    '+1',
    'tru',
    'nulll',
    '"',
    '"\\x"',
    '"\\u12g4"',
    '"\n"',
    "{'a':1}",
    '\ufeff{}',
    '{a:1}',
  ],
]

test('lo que no es JSON se rehúsa', () => {
  for (const text of BROKEN) expect(() => read(text), text).toThrow(RestError)
})

test('acepta y rehúsa lo mismo que JSON.parse', () => {
  const piece = fc.constantFrom(
    ...'{}[],:"\\ue0123456789.-+trufalsn \n'.split(''),
    '"a"',
    '"a":',
    'null',
    '{"b":1}',
  )
  const text = fc.oneof(
    fc.json(),
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
  )
  const attempt = (work: () => unknown) => {
    try {
      work()
      return true
    } catch (error) {
      if (!(error instanceof RestError || error instanceof SyntaxError)) throw error
      return false
    }
  }
  fc.assert(
    fc.property(text, (json) => attempt(() => read(json)) === attempt(() => JSON.parse(json))),
    { numRuns: 3000 },
  )
})

test('las claves son las de JSON.parse', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
      expect(new Set(read(JSON.stringify(object)).keys)).toEqual(new Set(Object.keys(object)))
    }),
  )
})

test('cien mil niveles no agotan la pila', () => {
  expect(read('['.repeat(100_000) + ']'.repeat(100_000)).keys).toBeNull()
})
