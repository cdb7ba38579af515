import { describe, expect, test } from 'vitest'
import { withoutSecrets } from '../../../server/process/log-redaction.ts'
import { moveKeyToHeader } from './query-key.ts'

function moved(url: string, headers: Record<string, string> = {}) {
  const request = { url, headers: { ...headers } }
  moveKeyToHeader(request)
  return [request.url, request.headers.apikey]
}

describe('la clave de la dirección', () => {
  test.each([
    ['/rest/v1/t?apikey=k&select=id', '/rest/v1/t?select=id', 'k'],
    ['/rest/v1/t?select=id&%61pi%6Bey=k', '/rest/v1/t?select=id', 'k'],
    ['/rest/v1/t?apikey=sb%5Fsecret_x', '/rest/v1/t', 'sb_secret_x'],
    ['/rest/v1/t?apikey=', '/rest/v1/t', ''],
    ['/rest/v1/t?apikey', '/rest/v1/t', ''],
    // No key of ours has such a character, nor may a header.
    ['/auth/v1/authorize?apikey=a%0Ab&provider=x', '/auth/v1/authorize?provider=x', 'a%0Ab'],
    ['/rest/v1/t?apikey=%', '/rest/v1/t', '%'],
  ])('%s pasa a la cabecera', (url, left, key) => {
    expect(moved(url)).toEqual([left, key])
  })

  test('no manda sobre la de la cabecera, y dos no son ninguna', () => {
    expect(moved('/x?apikey=k&a=1', { apikey: 'h' })).toEqual(['/x?a=1', 'h'])
    expect(moved('/x?apikey=k&%61pikey=j')).toEqual(['/x', undefined])
  })

  test('lo demás queda como vino', () => {
    for (const url of ['/x', '/x?', '/x?a=apikey%3Dk&&b=%zz', '/x?APIKEY=eq.1&apikeys=2'])
      expect(moved(url)).toEqual([url, undefined])
  })
})

test.each([
  'apikey=secreto',
  'APIKEY=secreto',
  '%61pi%6bey=secreto',
  '%41PI%4Bey%3Dsecreto',
  'redirect_to=https%3A%2F%2Fx.ec%2F%3Fapikey%3Dsecreto',
  'redirect_to=https%3A%2F%2Fx.ec%2F%3Fa%3D1%26access%5ftoken%3Dsecreto',
])('el registro no la tiene, se escriba como se escriba: %s', (query) => {
  expect(withoutSecrets(`GET /auth/v1/authorize?a=1&${query}&b=2`)).not.toContain('secreto')
})
