import { expect, test } from 'vitest'
import { aliasOf, arrayText, createValues, identifier, literal, qualified } from './quote.ts'

test('los nombres y los textos se citan', () => {
  expect(identifier('a"b')).toBe('"a""b"')
  expect(qualified({ schema: 'pu"b', name: 't' })).toBe('"pu""b"."t"')
  expect(literal("it's")).toBe("'it''s'")
  expect(literal("a\\'b")).toBe("E'a\\\\''b'")
  expect(arrayText(['a', 'b"c', 'd\\e', ''])).toBe('{"a","b\\"c","d\\\\e",""}')
})

test('lo que Postgres no puede guardar termina el texto', () => {
  expect(identifier('a\0b')).toBe('"a"')
  expect(literal('a\0b')).toBe("'a'")
  const values = createValues()
  expect(values.add('a\0b')).toBe('$1')
  expect(values.add(null, 'json')).toBe('$2::json')
  expect(values.list).toEqual(['a', null])
})

test('un alias largo cabe en 63 bytes', () => {
  const alias = aliasOf('ñ'.repeat(60), '_12')
  expect(Buffer.byteLength(alias)).toBeLessThanOrEqual(63)
  expect(alias.endsWith('ñ_12')).toBe(true)
})
