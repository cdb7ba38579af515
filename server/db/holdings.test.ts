import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { isFast, openHoldings } from './holdings.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Somebody who asked for so much that was fast, all of it answered. */
function fast() {
  const holdings = openHoldings<string>()
  holdings.begin('ana').leases.add('una')
  for (let n = 0; n < 5; n++) holdings.answer('ana', false)
  holdings.answer('ana', false, 'una')
  return holdings
}

test('quien pide mucho y rápido lo sigue siendo entre una ronda y la que sigue', () => {
  const holdings = fast()
  vi.advanceTimersByTime(50)
  expect(isFast(holdings.of('ana')!)).toBe(true)
})

test('de quien calló un rato no se sabe nada', () => {
  const holdings = fast()
  vi.advanceTimersByTime(200)
  expect(holdings.of('ana')).toBeUndefined()
})

test('con algo en camino se recuerda lo que dure, y lo lento lo deja en poco', () => {
  const holdings = fast()
  holdings.of('ana')!.leases.add('otra')
  vi.advanceTimersByTime(60_000)
  holdings.answer('ana', true)
  holdings.answer('ana', true)
  expect(isFast(holdings.of('ana')!)).toBe(false)
})

test('no se guarda a quien pasó', () => {
  const holdings = openHoldings<string>()
  for (let n = 0; n < 1000; n++) {
    holdings.begin(`${n}`).leases.add('una')
    holdings.answer(`${n}`, false, 'una')
  }
  vi.advanceTimersByTime(200)
  holdings.begin('nueva')
  expect(Array.from({ length: 1000 }, (_, n) => holdings.of(`${n}`)).filter(Boolean)).toEqual([])
})
