import fc from 'fast-check'
import { expect, test } from 'vitest'
import { expired } from '../../supabase/local/backup/retention.ts'

const dayBefore = (days: number) =>
  new Date(Date.UTC(2026, 10, 26) - days * 86_400_000).toISOString().slice(0, 10)

/** Backups of some of the last two years' days, newest first, some of them twice a day. */
const backups = fc
  .uniqueArray(
    fc.record({ age: fc.nat(730), second: fc.boolean(), proof: fc.constantFrom(true, false, null) }),
    {
      selector: ({ age, second }) => `${age} ${second}`,
      maxLength: 80,
    },
  )
  .map((list) =>
    list
      .sort((a, b) => a.age - b.age || Number(b.second) - Number(a.second))
      .map(({ age, second, proof }) => ({
        name: `${dayBefore(age)}${second ? '-2' : ''}`,
        isGood: proof !== false,
        isProven: proof === true,
      })),
  )

test('uno cada día: quedan los 7 últimos, los de 4 semanas y los de 12 meses', () => {
  const daily = Array.from({ length: 730 }, (_, age) => ({
    name: dayBefore(age),
    isGood: true,
    isProven: false,
  }))
  const gone = new Set(expired(daily))
  expect(daily.map(({ name }) => name).filter((name) => !gone.has(name))).toEqual([
    '2026-11-26',
    '2026-11-25',
    '2026-11-24',
    '2026-11-23',
    '2026-11-22',
    '2026-11-21',
    '2026-11-20',
    '2026-11-15',
    '2026-11-08',
    '2026-10-31',
    '2026-09-30',
    '2026-08-31',
    '2026-07-31',
    '2026-06-30',
    '2026-05-31',
    '2026-04-30',
    '2026-03-31',
    '2026-02-28',
    '2026-01-31',
    '2025-12-31',
  ])
})

test('nunca quita el bueno más nuevo, ni más de los que sobran, y aplicarla otra vez no quita nada', () => {
  fc.assert(
    fc.property(backups, (list) => {
      const gone = new Set(expired(list))
      const left = list.filter(({ name }) => !gone.has(name))
      const good = list.filter(({ isGood }) => isGood)
      if (good.length) expect(gone.has(good[0]!.name)).toBe(false)
      const daysOf = (some: typeof list) => [...new Set(some.map(({ name }) => name.slice(0, 10)))]
      expect(daysOf(left.filter(({ isGood }) => isGood)).slice(0, 7)).toEqual(daysOf(good).slice(0, 7))
      expect(left.filter(({ isGood }) => isGood).length).toBeLessThanOrEqual(2 * 7 + 4 + 12)
      // One that does not restore is all there is until a newer one does.
      if (!good.length) expect(gone.size).toBe(0)
      expect(expired(left)).toEqual([])
    }),
  )
})

test('quitar uno cada día nunca deja menos historia que la regla', () => {
  let kept: { name: string; isGood: boolean; isProven: boolean }[] = []
  for (let age = 500; age >= 0; age--) {
    kept = [{ name: dayBefore(age), isGood: true, isProven: false }, ...kept]
    const gone = new Set(expired(kept))
    kept = kept.filter(({ name }) => !gone.has(name))
  }
  const months = new Set(kept.map(({ name }) => name.slice(0, 7)))
  expect(months.size).toBe(12)
  expect(kept.slice(0, 7).map(({ name }) => name)).toEqual([0, 1, 2, 3, 4, 5, 6].map(dayBefore))
})

test('de un día quedan el más nuevo y el más nuevo que se probó', () => {
  const names = (...list: [string, boolean | null][]) =>
    expired(list.map(([name, proof]) => ({ name, isGood: proof !== false, isProven: proof === true })))
  expect(
    names(['2026-11-26-4', null], ['2026-11-26-3', false], ['2026-11-26-2', true], ['2026-11-26', true]),
  ).toEqual(['2026-11-26-3', '2026-11-26'])
  expect(names(['2026-11-26-2', true], ['2026-11-26', null])).toEqual(['2026-11-26'])
})
