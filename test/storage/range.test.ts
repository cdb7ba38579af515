import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseRange } from '../../supabase/local/storage/objects/range.ts'

const size = fc.integer({ min: 0, max: 50 })
const place = fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined })

test('un rango pedido da exactamente los bytes que existen de él', () => {
  fc.assert(
    fc.property(size, place, place, (total, first, last) => {
      const range = parseRange(`bytes=${first ?? ''}-${last ?? ''}`, total)
      const bytes = Array.from({ length: total }, (_, i) => i)
      const isMalformed = first === undefined ? last === undefined : last !== undefined && last < first
      const wanted =
        first === undefined
          ? bytes.slice(Math.max(0, total - (last ?? 0)))
          : bytes.filter((i) => i >= first && (last === undefined || i <= last))
      const satisfied = wanted.length > 0 ? { start: wanted[0], end: wanted.at(-1) } : 'unsatisfiable'
      expect(range).toEqual(isMalformed ? null : satisfied)
    }),
  )
})

test('lo que no se entiende pide el objeto entero', () => {
  fc.assert(
    fc.property(fc.string(), (header) => {
      fc.pre(!/^\s*bytes\s*=/i.test(header))
      expect(parseRange(header, 10)).toBeNull()
    }),
  )
  expect(parseRange(null, 10)).toBeNull()
})
