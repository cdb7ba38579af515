import { afterEach, expect, test, vi } from 'vitest'
import { NAMED_FOR_S, openPrepared } from './prepared.ts'

afterEach(() => {
  vi.useRealTimers()
})

const isNamed = (prepared: ReturnType<typeof openPrepared>, text: string) =>
  typeof prepared.query(text) !== 'string'

function twice(prepared: ReturnType<typeof openPrepared>, text: string) {
  prepared.note(text)
  prepared.note(text)
}

test('lo que viene dos veces tiene nombre, el mismo siempre', () => {
  const prepared = openPrepared()
  prepared.note('select 1')
  expect(prepared.query('select 1')).toBe('select 1')
  prepared.note('select 1')
  expect(prepared.query('select 1')).toEqual({
    name: expect.stringMatching(/^rest_.{43}$/),
    text: 'select 1',
  })
})

test('quien inventa uno cada vez no recibe ninguno, y quien inventa muchos no se los queda', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const prepared = openPrepared()
  for (let n = 0; n < 10_000; n++) prepared.note(`select ${n}`)
  expect(Array.from({ length: 10_000 }, (_, n) => isNamed(prepared, `select ${n}`)).some(Boolean)).toBe(false)
  for (let n = 0; n < 500; n++) twice(prepared, `select ${n}, 'otra vez'`)
  twice(prepared, 'la lista de todos')
  expect(isNamed(prepared, 'la lista de todos')).toBe(false)
  vi.advanceTimersByTime(NAMED_FOR_S * 1000)
  twice(prepared, 'la lista de todos')
  expect(isNamed(prepared, 'la lista de todos')).toBe(true)
  expect(isNamed(prepared, `select 1, 'otra vez'`)).toBe(false)
})
