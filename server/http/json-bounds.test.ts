import { describe, expect, test } from 'vitest'
import { type JsonBounds, passedBound } from './json-bounds.ts'

const BOUNDS: JsonBounds = { depth: 3, values: 20, items: 5 }
const passed = (text: string, bounds = BOUNDS) => passedBound(Buffer.from(text), bounds)

describe('what a JSON text holds', () => {
  test.each([
    ['[[[1]]]', null],
    ['[[[[1]]]]', 'depth'],
    ['{"a":{"b":{"c":{}}}}', 'depth'],
    ['[1,2,3,4,5]', null],
    ['[1,2,3,4,5,6]', 'items'],
    ['{"ids":[1,2,3,4,5,6]}', 'items'],
    ['{"a":[{"b":1,"c":2,"d":3,"e":4,"f":5}],"g":[]}', null],
    ['[[1,2,3],[4,5,6],[1,2,3]]', null],
    ['[[[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18]]]', 'values'],
    ['"[[[[[[,,,,,,,,,,,,,,,,,,,,,,,"', null],
    ['["\\"[[[[",",,,,,,,"]', null],
    ['["\\\\",1]', null],
    ['["\\\\",[[[1]]]]', 'depth'],
    [']]]]]]]]', null],
    ['', null],
  ] as const)('%s: %s', (text, bound) => {
    expect(passed(text)).toBe(bound)
  })

  test('is told without parsing it: nine megabytes of brackets stop at the first one too many', () => {
    // Nothing that could be told by reading further: what comes after is not read.
    const body = new Proxy(Buffer.alloc(9 * 2 ** 20, '['), {
      get(target, key) {
        if (Number(key) > 100) throw new Error(`it read the byte ${String(key)}`)
        const value = Reflect.get(target, key, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    expect(passedBound(body, BOUNDS)).toBe('depth')
  })
})
