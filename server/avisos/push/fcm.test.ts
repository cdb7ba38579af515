import { describe, expect, test } from 'vitest'
import { retryAfter, verdict } from './fcm.ts'

const fallo = (code: string, status?: number, headers = {}) =>
  Object.assign(new Error('x'), { code, ...(status && { httpResponse: { status, headers } }) })
const de = (intentos: number, error: unknown) => verdict({ id: '1', intentos }, error)

describe('qué se hace con un envío que falló', () => {
  test.each([
    ['messaging/registration-token-not-registered', 404, 'sin_registro'],
    ['messaging/invalid-argument', 400, 'muerta'],
    ['messaging/mismatched-credential', 403, 'muerta'],
    ['messaging/message-rate-exceeded', 429, 'reintento'],
    ['messaging/internal-error', 500, 'reintento'],
    ['messaging/server-unavailable', 503, 'reintento'],
    ['app/network-error', undefined, 'reintento'],
    ['app/invalid-credential', undefined, 'reintento'],
    ['messaging/invalid-payload', undefined, 'muerta'],
  ])('%s (%s): %s', (code, status, fue) => expect(de(0, fallo(code, status)).fue).toBe(fue))

  test('se espera cada vez más, con azar, hasta diez minutos', () => {
    for (const [intentos, tope] of [
      [0, 2],
      [3, 16],
      [40, 600],
    ] as const) {
      const esperas = Array.from({ length: 50 }, () => de(intentos, fallo('messaging/internal-error', 500)))
      for (const resultado of esperas) {
        const { espera_s } = resultado as { espera_s: number }
        expect(espera_s).toBeGreaterThanOrEqual(tope / 2)
        expect(espera_s).toBeLessThanOrEqual(tope)
      }
      expect(new Set(esperas.map((r) => (r as { espera_s: number }).espera_s)).size).toBeGreaterThan(1)
    }
  })

  test('nunca antes de lo que piden, en segundos o con fecha', () => {
    const resultado = de(0, fallo('messaging/message-rate-exceeded', 429, { 'retry-after': '120' }))
    expect(resultado).toMatchObject({ fue: 'reintento', espera_s: 120 })
    const ahora = Date.parse('2026-11-24T12:00:00Z')
    expect(retryAfter('Tue, 24 Nov 2026 12:01:30 GMT', ahora)).toBe(90)
    for (const nada of [undefined, '', 'pronto', 'Tue, 24 Nov 2020 12:00:00 GMT'])
      expect(retryAfter(nada, ahora)).toBe(0)
  })
})
