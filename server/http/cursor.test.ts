import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cursorAfter, idAfter, pageJson } from './cursor.ts'

const invalid = expect.objectContaining({ statusCode: 400, clave: 'cursor_invalido' })

describe('el cursor de una lista', () => {
  test('vuelve como salió', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1 }).map(String), (id) => {
        expect(idAfter('recientes', cursorAfter('recientes', id))).toBe(id)
      }),
    )
  })

  test('no es de otro orden', () => {
    expect(() => idAfter('antiguos', cursorAfter('recientes', '7'))).toThrow(invalid)
  })

  test('no se inventa', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => idAfter('recientes', text)).toThrow(invalid)
      }),
    )
  })

  test('falta en la última página', () => {
    expect(pageJson('contratos', 'recientes', { cuerpo: '[1]', ultimo: '9', hay_mas: false })).toBe(
      '{"contratos":[1],"siguiente":null}',
    )
  })
})
