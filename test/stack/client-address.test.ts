import { describe, expect, test } from 'vitest'
import { callAsMember, json, raw } from './raw.ts'

callAsMember()

describe('a quién pertenece una dirección', () => {
  test.each([
    '/rest/v1x',
    '/rest/v1%2fcontratos',
    '/rest/v1%2Fcontratos?select=id',
    '/rest/v10/contratos',
    '/auth/v1x/token',
    '/auth/v1%2fadmin/users',
    '/auth/v1/%61dmin/users',
    '/auth/v1/%74oken?grant_type=password',
    '/auth/v1//token?grant_type=password',
    '/auth/v1/token/?grant_type=password',
    '/storage/v1x/bucket',
    '/realtime/v1x/api/broadcast',
    '/functions/v1x/salud',
    '/functions/v1%2fsalud',
    '//rest/v1/contratos',
  ])('%s no es de nadie', async (path) => {
    expect((await raw('POST', path, json('{}'))).status).toBe(404)
    expect((await raw('GET', path)).status).toBe(404)
  })

  test.each([
    '/rest/v1/../../auth/v1/admin/users',
    '/auth/v1/verify/../admin/users',
    '/auth/v1/verify/%2e%2e/admin/users',
    '/auth/v1/verify/.%2E/admin/users',
    '/rest/v1/contratos%00',
    '/rest/v1/contratos?select=id&codigo=eq.%00',
    '/rest/v1/%ff',
    '/rest/v1/%',
    '/storage/v1/object/contratos/a%00b',
    '/storage/v1/object/contratos/%zz',
    '/functions/v1/contratos/%ff',
    '/functions/v1/%00',
    '/rest/v1\\contratos',
    'http://example.com/rest/v1/contratos',
    '*',
  ])('%s está mal escrita', async (path) => {
    for (const method of ['GET', 'POST', 'DELETE']) expect((await raw(method, path)).status).toBe(400)
  })

  test.each(['TRACE', 'PROPFIND', 'SEARCH', 'PURGE', 'MKCOL', 'QUERY'])('%s no se admite', async (method) => {
    for (const path of [
      '/rest/v1/contratos',
      '/auth/v1/user',
      '/storage/v1/bucket',
      '/functions/v1/salud',
      '/nada',
    ]) {
      const { status, text } = await raw(method, path)
      expect([path, status]).toEqual([path, 405])
      expect(text).toMatch(/^allow: GET, /im)
    }
  })
})
