import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RestError } from '../error.ts'
import { readCsv } from './csv.ts'

const rowsOf = (text: string) => JSON.parse(readCsv(text).json)

test('un CSV es una lista de objetos', () => {
  expect(readCsv('a,b\r\n1,hi\r\n2,NULL\r\n')).toEqual({
    keys: ['a', 'b'],
    json: '[{"a":"1","b":"hi"},{"a":"2","b":null}]',
  })
  expect(rowsOf('a,b\n"x, ""y""\nz",\n\n3,4')).toEqual([
    { a: 'x, "y"\nz', b: '' },
    { a: '3', b: '4' },
  ])
  expect(rowsOf('\ufeffa\n""\n9007199254740993')).toEqual([{ a: '' }, { a: '9007199254740993' }])
  expect(rowsOf('a,b\n1,')).toEqual([{ a: '1', b: '' }])
  expect(rowsOf('a,b')).toEqual([])
})

test('lo que no es CSV se rehúsa', () => {
  for (const text of ['', 'a,b\nfoo,bar\nbaz', 'a,b\n1,2,3', 'a\n"x', 'a\nx"y', 'a\n"x"y'])
    expect(() => readCsv(text), text).toThrow(RestError)
})

test('todo texto va y vuelve', () => {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), fc.string()), { minLength: 1 }), (rows) => {
      const csv = ['a,b', ...rows.map(([a, b]) => `${quoted(a)},${quoted(b)}`)].join('\n')
      const given = (text: string) => (text === 'NULL' ? null : text)
      expect(rowsOf(csv)).toEqual(rows.map(([a, b]) => ({ a: given(a), b: given(b) })))
    }),
  )
})
