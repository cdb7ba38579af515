import { TOTP } from 'otpauth'
import { expect, onTestFinished, test, vi } from 'vitest'
import { newTotp, stepOf } from './totp.ts'

test('el medio minuto de un código es el suyo, aunque el reloj pase al siguiente mientras se mira', () => {
  const { secret } = newTotp('triboka.test', 'ana@agroarriba.test')!
  const step = 59_000_000
  const code = new TOTP({ secret }).generate({ timestamp: step * 30_000 })
  const clock = vi.spyOn(Date, 'now')
  onTestFinished(() => clock.mockRestore())
  clock.mockReturnValueOnce(step * 30_000 + 29_999).mockReturnValue((step + 1) * 30_000)
  expect(stepOf(secret, code)).toBe(step)
  expect(stepOf(secret, code)).toBe(step)
  clock.mockReturnValue((step + 2) * 30_000)
  expect(stepOf(secret, code)).toBeNull()
})
