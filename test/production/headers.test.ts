import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type Replica, startReplica } from '../support/replica.ts'

let replica: Replica
beforeAll(async () => {
  replica = await startReplica(inject('stack'), { CORS_ORIGINS: 'https://app.triboka.ec,https://otra.test' })
})
afterAll(() => replica.stop())

describe('las cabeceras de seguridad', () => {
  test.each(['/salud', '/contratos', '/nada', '/docs', '/openapi.json', '/docs/scalar.js'])(
    'van en %s',
    async (path) => {
      const { headers } = await fetch(replica.url + path)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none';.*frame-ancestors 'none'/)
      expect(headers.get('x-request-id')).toBeTruthy()
    },
  )
})

describe('con CORS_ORIGINS', () => {
  const heads = async (origin?: string, method = 'GET') =>
    (await fetch(`${replica.url}/salud/vivo`, { method, headers: origin ? { origin } : {} })).headers

  test.each(['https://app.triboka.ec', 'https://otra.test'])('%s puede leer', async (origin) => {
    for (const method of ['GET', 'OPTIONS']) {
      const headers = await heads(origin, method)
      expect(headers.get('access-control-allow-origin')).toBe(origin)
      expect(headers.get('vary')).toBe('Origin')
      expect(headers.get('access-control-allow-credentials')).toBeNull()
    }
  })

  test.each([undefined, 'https://mala.test', 'https://app.triboka.ec.mala.test', 'null', '*'])(
    '%s no',
    async (origin) => {
      const headers = await heads(origin)
      expect([headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([null, 'Origin'])
    },
  )
})
