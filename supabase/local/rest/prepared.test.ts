import { afterEach, expect, test, vi } from 'vitest'
import { NAMED_FOR_S, openPrepared } from './prepared.ts'

afterEach(() => {
  vi.useRealTimers()
})

const isNamed = (prepared: ReturnType<typeof openPrepared>, text: string) =>
  typeof prepared.query(text) !== 'string'

function twice(prepared: ReturnType<typeof openPrepared>, text: string, who?: string) {
  prepared.note(text, who)
  prepared.note(text, who)
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

test('quien inventa uno cada vez no recibe ninguno, y no se quedan para siempre', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const prepared = openPrepared()
  for (let n = 0; n < 10_000; n++) prepared.note(`select ${n}`)
  expect(Array.from({ length: 10_000 }, (_, n) => isNamed(prepared, `select ${n}`)).some(Boolean)).toBe(false)
  for (let n = 0; n < 500; n++) twice(prepared, `select ${n}, 'otra vez'`)
  expect(isNamed(prepared, `select 1, 'otra vez'`)).toBe(true)
  twice(prepared, 'otra suya')
  expect(isNamed(prepared, 'otra suya')).toBe(false)
  vi.advanceTimersByTime(NAMED_FOR_S * 1000)
  twice(prepared, 'otra suya')
  expect(isNamed(prepared, 'otra suya')).toBe(true)
  expect(isNamed(prepared, `select 1, 'otra vez'`)).toBe(false)
})

test('quien se queda con todos los cede a los demás', () => {
  const prepared = openPrepared()
  const flood = () => {
    for (let n = 0; n < 1000; n++) twice(prepared, `select ${n}`, 'quien inunda')
  }
  const own = (who: string) => Array.from({ length: 40 }, (_, n) => `lista ${n} de ${who}`)
  flood()
  for (const who of ['ana', 'rita', 'una dirección']) {
    // While the other goes on, too.
    for (const text of own(who)) {
      prepared.note(text, who)
      for (let n = 0; n < 300; n++) prepared.note(`select ${n} de ${text}`, 'quien inunda')
      prepared.note(text, who)
    }
  }
  flood()
  for (const who of ['ana', 'rita', 'una dirección'])
    expect(own(who).filter((text) => !isNamed(prepared, text))).toEqual([])
})

test('quien vuelve con cuentas nuevas no hace que una conexión guarde nombres sin fin', () => {
  const prepared = openPrepared()
  const given = new Set<string>()
  for (let who = 0; who < 500; who++) {
    for (let n = 0; n < 250; n++) {
      const text = `select ${n} de ${who}`
      twice(prepared, text, `cuenta ${who}`)
      if (isNamed(prepared, text)) given.add(text)
    }
  }
  expect(given.size).toBeLessThanOrEqual(400)
})
