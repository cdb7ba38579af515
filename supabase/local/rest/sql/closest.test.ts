import { expect, test } from 'vitest'
import { closest, LOOSE_SCORE, NAME_SCORE } from './closest.ts'

test('el nombre más parecido', () => {
  expect(closest('testt', ['test', 'another'], NAME_SCORE)).toBe('test')
  expect(closest('contrato', ['contratos', 'empresas'], NAME_SCORE)).toBe('contratos')
  expect(closest('noclosealternative', ['test', 'another'], NAME_SCORE)).toBeNull()
  expect(closest('x', [], NAME_SCORE)).toBeNull()
  expect(closest('', ['a'], NAME_SCORE)).toBeNull()
})

test('los parámetros se sugieren con más libertad', () => {
  const known = ['(name, param, val)', '(attr, id)']
  expect(closest('(nam, pqaram, vall)', known, LOOSE_SCORE)).toBe('(name, param, val)')
  expect(closest('(param, val)', known, LOOSE_SCORE)).toBe('(name, param, val)')
  expect(closest('(id)', known, LOOSE_SCORE)).toBe('(attr, id)')
  expect(closest('(noclosealternative)', known, LOOSE_SCORE)).toBeNull()
})

test('un nombre larguísimo no cuesta', () => {
  const start = performance.now()
  closest(
    'a'.repeat(5000),
    Array.from({ length: 500 }, (_, i) => `a${i}`),
    NAME_SCORE,
  )
  expect(performance.now() - start).toBeLessThan(1000)
})
