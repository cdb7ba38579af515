import { expect, test } from 'vitest'
import { parseBan } from '../../supabase/local/auth/admin/duration.ts'

test.each([
  ['24h', 86_400_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['.5s', 500],
  ['300ms', 300],
  ['1us', 0.001],
  ['1µs', 0.001],
  ['-10m', -600_000],
  ['876000h', 876_000 * 3_600_000],
  ['0', 0],
  ['none', 0],
])('la duración de Go %s son %d milisegundos', (texto, milliseconds) => {
  expect(parseBan(texto)).toBeCloseTo(milliseconds, 6)
})

test.each(['', '5', '1d', 'h', '1h 30m', '1e3s', 'un día', '--1s', '3000000h', '1h\n'])(
  '%j no es una duración',
  (texto) => {
    expect(() => parseBan(texto)).toThrow(expect.objectContaining({ status: 400, code: 'validation_failed' }))
  },
)
