import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonical, canonicalEvidence, type Json } from './jcs.ts'

const hashed = (previous: Buffer, event: Json) =>
  createHash('sha256').update(previous).update(canonicalEvidence(event)).digest()

const reception = {
  v: 1,
  empresa: '00000000-0000-4000-8000-000000000001',
  actor: '00000000-0000-4000-8000-00000000000a',
  objeto: 'recepcion/01JDN5V4Q8Z4M2X7B9K6T3R1WA',
}

describe('el texto canónico', () => {
  test('el de RFC 8785: números, claves y tildes', () => {
    expect(canonical(JSON.parse('[333333333.33333329,1E30,4.50,2e-3,1e-27]'))).toBe(
      '[333333333.3333333,1e+30,4.5,0.002,1e-27]',
    )
    expect(canonical({ ñ: 1, z: 2, peso: 3, a: 4 })).toBe('{"a":4,"peso":3,"z":2,"ñ":1}')
    expect(canonical({ '\u{1f600}': 1, '\ufb33': 2, '\r': 3, '€': 4 })).toBe(
      '{"\\r":3,"€":4,"\u{1f600}":1,"\ufb33":2}',
    )
    expect(canonical('é')).not.toBe(canonical('e\u0301'))
    expect(canonical('\u20ac$\u000f\nA\'B"\\\\"/')).toBe('"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"')
    expect(canonical({ a: undefined, b: null, c: [true, -0] })).toBe('{"b":null,"c":[true,0]}')
  })

  test('dos eventos y sus huellas, encadenados', () => {
    const first: Json = {
      ...reception,
      n: 1,
      en: '2026-11-27T10:00:00.000Z',
      tipo: 'recepcion.registrada',
      datos: { peso_neto_kg: '68.500', humedad_pct: '12.0' },
    }
    expect(canonicalEvidence(first)).toBe(
      '{"actor":"00000000-0000-4000-8000-00000000000a","datos":{"humedad_pct":"12.0","peso_neto_kg":"68.500"},"empresa":"00000000-0000-4000-8000-000000000001","en":"2026-11-27T10:00:00.000Z","n":1,"objeto":"recepcion/01JDN5V4Q8Z4M2X7B9K6T3R1WA","tipo":"recepcion.registrada","v":1}',
    )
    const one = hashed(Buffer.alloc(32), first)
    expect(one.toString('hex')).toBe('3c1042314291ed997c05f9d0e6e88e9b2be1973083a53f0b8a2f223780403ce2')
    const second: Json = {
      ...reception,
      n: 2,
      en: '2026-11-27T10:05:00.000Z',
      tipo: 'recepcion.anulada',
      datos: { motivo: 'Peso de otro productor — año 2026' },
    }
    expect(hashed(one, second).toString('hex')).toBe(
      '457629c62d53814800195323428e501bee2edeb95b98f634405eae06803d6aa4',
    )
  })

  test('no escribe lo que JSON no tiene, ni medio carácter', () => {
    for (const value of [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      () => 1,
      1n,
      '\ud800',
      { '\udc00': 1 },
      ['a\udfffb'],
    ])
      expect(() => canonical(value as Json)).toThrow(TypeError)
  })

  test('una evidencia no lleva decimales como números', () => {
    expect(canonicalEvidence({ peso: '68.500', n: 2 ** 53 - 1 })).toBe(
      '{"n":9007199254740991,"peso":"68.500"}',
    )
    for (const value of [0.1, 2 ** 53, -1.5])
      expect(() => canonicalEvidence({ datos: [{ value }] })).toThrow(TypeError)
  })

  test('no depende del orden en que se armó, y se lee igual', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = canonical(value as Json)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
        expect(canonical(reversed(value as Json))).toBe(text)
      }),
    )
  })
})

/** The same value with its keys the other way round. */
function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, part]): [string, Json] => [key, reversed(part ?? null)])
      .reverse(),
  )
}
