import { describe, expect, test } from 'vitest'
import { isTooLong } from './plazo-de-enlace.ts'

const DAY = 86_400
const NOW = 1_700_000_000
const token = (payload: unknown) => `e30.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.firma`
const tooLong = (payload: unknown) => isTooLong(token(payload), DAY, NOW * 1000)

describe('un enlace para leer', () => {
  test.each([
    ['el de un día', { iat: NOW, exp: NOW + DAY }],
    ['uno vencido', { iat: NOW - DAY * 5, exp: NOW - DAY * 4.5 }],
    [
      'uno de la pila embebida, que ella juzga',
      { iat: NOW, exp: NOW + DAY * 3650, by: { role: 'service_role' } },
    ],
    ['lo que no es un enlace', 'x'],
  ])('%s pasa', (_caso, payload) => expect(tooLong(payload)).toBe(false))

  test.each([
    ['el de un día y un segundo', { iat: NOW, exp: NOW + DAY + 1 }],
    ['el de diez años, aunque le quede poco', { iat: NOW - DAY * 3650, exp: NOW + 60 }],
    ['uno que no vence', { iat: NOW }],
    ['uno que no dice desde cuándo', { exp: NOW + DAY + 1 }],
    ['uno que dice haber nacido mañana', { iat: NOW + DAY * 2, exp: NOW + DAY * 2 + 60 }],
    ['uno que dice ser de la pila embebida y no lo es', { iat: NOW, exp: NOW + DAY * 2, by: 'yo' }],
  ])('%s no', (_caso, payload) => expect(tooLong(payload)).toBe(true))

  test.each(['', 'a', 'a.b', 'a.%%.c', `a.${Buffer.from('[1').toString('base64url')}.c`])(
    'lo ilegible (%j) lo responde Storage',
    (text) => expect(isTooLong(text, DAY)).toBe(false),
  )
})
