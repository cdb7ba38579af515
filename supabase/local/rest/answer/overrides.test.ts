import { expect, test } from 'vitest'
import { withOverrides } from './overrides.ts'
import { contentRange, pageOf } from './ranges.ts'

const answer = { status: 200, headers: [['Content-Type', 'application/json'] as const], body: '[]' }
const say = (response_headers: string | null, response_status: string | null = null) =>
  withOverrides(answer, { response_headers, response_status })

test('SQL pone cabeceras, también dos de un nombre, y el estado', () => {
  const headers = '[{"Set-Cookie":"a=1"},{"Set-Cookie":"b=2"},{"content-type":"text/html"}]'
  expect(say(headers, '418')).toEqual({
    status: 418,
    headers: [
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
      ['content-type', 'text/html'],
    ],
    body: '[]',
  })
  expect(say(null)).toBe(answer)
})

test('pero no dónde acaba la respuesta, ni cómo viaja', () => {
  const headers = '[{"Content-Length":"1"},{"transfer-encoding":"chunked"},{"Connection":"close"}]'
  expect(say(headers)).toEqual(answer)
})

test.each([
  '{}',
  '[1]',
  '[{"a":"1","b":"2"}]',
  '[{}]',
  '[{"a":1}]',
  'no',
  '[null]',
  '[{"a":"x\\ny: z"}]',
  '[{"a b":"x"}]',
])('lo que no son cabeceras no se envía: %s', (text) => {
  expect(() => say(text)).toThrow('response.headers guc must be')
})

test.each(['no', '', '99', '101', '1000', '2e2'])('ni lo que no es un estado: %s', (text) => {
  expect(() => say(null, text)).toThrow('response.status guc must be')
})

test('la página dice de qué filas es', () => {
  expect(pageOf(0, { page_total: '3', total: null })).toEqual({ status: 200, range: '0-2/*' })
  expect(pageOf(5, { page_total: '3', total: '10' })).toEqual({ status: 206, range: '5-7/10' })
  expect(pageOf(0, { page_total: '3', total: '3' })).toEqual({ status: 200, range: '0-2/3' })
  expect(pageOf(0, { page_total: '0', total: null })).toEqual({ status: 200, range: '*/*' })
  expect(pageOf(0, { page_total: '0', total: '0' })).toEqual({ status: 200, range: '*/0' })
  expect(pageOf(100, { page_total: '0', total: null }).status).toBe(200)
  expect(contentRange(0, -1, null)).toBe('*/*')
  expect(contentRange(1, 0, '4')).toBe('*/4')
})

test('más allá del final no hay página', () => {
  expect(() => pageOf(100, { page_total: '0', total: '15' })).toThrow('Requested range not satisfiable')
})
