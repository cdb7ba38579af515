import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LargeText, takeLargeRows } from './large-rows.ts'

const LARGE = 16 * 1024

/** A message as Postgres sends it. */
function message(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(type, 'latin1')
  head.writeUInt32BE(content.length + 4, 1)
  return Buffer.concat([head, content])
}

function row(values: (string | null)[]): Buffer {
  const count = Buffer.alloc(2)
  count.writeInt16BE(values.length)
  const parts = values.map((value) => {
    const bytes = Buffer.from(value ?? '')
    const length = Buffer.alloc(4)
    length.writeInt32BE(value === null ? -1 : bytes.length)
    return Buffer.concat([length, bytes])
  })
  return message('D', Buffer.concat([count, ...parts]))
}

const text = fc
  .tuple(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 9 }), fc.nat(9000))
  .map(([of, times]) => of.repeat(times))
const aRow = fc.array(fc.option(text), { maxLength: 5 })
const other = fc.record({ type: fc.constantFrom('1', '2', 'T', 'C', 'Z', 'N'), content: fc.uint8Array() })
const cuts = fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 20 })

test('se corte donde se corte, una fila grande sale como vino y lo demás pasa igual, en su orden', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(aRow, other), { maxLength: 12 }), cuts, (sent, sizes) => {
      const messages = sent.map((one) =>
        Array.isArray(one) ? row(one) : message(one.type, Buffer.from(one.content)),
      )
      const isLarge = (n: number) => Array.isArray(sent[n]) && messages[n]!.length > LARGE
      const expected = sent.map((one, n) => (isLarge(n) ? one : messages[n]!.toString('latin1')))

      const got: unknown[] = []
      const take = takeLargeRows(
        (bytes) => {
          const last = got.at(-1)
          if (typeof last === 'string') got[got.length - 1] = last + bytes.toString('latin1')
          else got.push(bytes.toString('latin1'))
        },
        (values) => {
          for (const value of values) {
            const bytes = Buffer.byteLength(String(value ?? ''))
            expect(value instanceof LargeText).toBe(bytes >= LARGE)
            if (value instanceof LargeText) expect(value.length).toBe(bytes)
          }
          got.push(values.map((value) => (value === null ? null : String(value))))
        },
      )
      const all = Buffer.concat(messages)
      for (let at = 0, n = 0; at < all.length; n++) {
        const size = sizes[n % sizes.length]!
        take(all.subarray(at, at + size))
        at += size
      }
      // What goes on in one piece is told in one.
      const joined = expected.reduce<unknown[]>((list, one) => {
        if (typeof one === 'string' && typeof list.at(-1) === 'string') list.push(`${list.pop()}${one}`)
        else list.push(one)
        return list
      }, [])
      expect(got).toEqual(joined)
    }),
    { numRuns: 150 },
  )
})
