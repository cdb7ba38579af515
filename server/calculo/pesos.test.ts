// The worked examples of the trade's rules: the figures are those of the book, not of the code.
import { describe, expect, test } from 'vitest'
import { decimal } from './decimal.ts'
import { condicionDe } from './humedad.ts'
import { calcular, con, parametro, resultado } from './support.ts'

describe('conversion', () => {
  test.each([
    [
      { cantidad: 1, de: 'qq' },
      { kg: 45.3592, lb: 100, qq: 1, tm: 0.0454 },
    ],
    [
      { cantidad: 1, de: 'tm' },
      { kg: 1000, qq: 22.0462, tm: 1, qq_por_tm: 22.046226 },
    ],
    [{ cantidad: 1_000_000, de: 'tm' }, { qq: 22046226.2185 }],
    [
      { cantidad: 1, de: 'saco' },
      { kg: 69, qq: 1.5212, saco: 1 },
    ],
    [
      { cantidad: '100', de: 'lb' },
      { qq: 1, kg: 45.3592 },
    ],
    [{ cantidad: 69, de: 'kg' }, { saco: 1 }],
  ])('%j', (entrada, esperado) => {
    expect(resultado('conversion', entrada)).toMatchObject(esperado)
  })

  test.each([
    [46, 21.7391],
    [50, 20],
  ])('con un quintal de %i kg, una TM son %d qq', (kg, qq) => {
    const propio = con(parametro('quintal', { kg }))
    expect(resultado('conversion', { cantidad: 1, de: 'tm' }, propio).qq).toBe(qq)
    // A pound stays a pound.
    expect(resultado('conversion', { cantidad: 1, de: 'tm' }, propio).lb).toBe(2204.6226)
  })

  test('dice con qué datos y cómo', () => {
    const { pasos, parametros } = calcular('conversion', { cantidad: 2, de: 'qq' })
    expect(parametros.map(({ tipo, desde }) => [tipo, desde])).toEqual([
      ['quintal', '1990-01-01'],
      ['saco', '1990-01-01'],
    ])
    expect(pasos.find(({ unidad }) => unidad === 'tm')).toEqual({
      etiqueta: 'En tm',
      formula: '2 qq × 45.359237 kg ÷ 1000 kg',
      valor: 0.0907,
      unidad: 'tm',
    })
  })
})

describe('humedad', () => {
  test.each([
    [7, 94.6237],
    [8, 95.6522],
  ])('100 qq al 12 %% al %i %% son %d', (humedad_objetivo, qq) => {
    expect(resultado('humedad', { peso: 100, humedad: 12, humedad_objetivo }).objetivo_qq).toBe(qq)
  })

  test('con 7 % de objetivo, un punto vale 1.0753 % del peso', () => {
    const { perdida_porcentaje, condicion } = resultado('humedad', { peso: 100, humedad: 8 })
    expect([perdida_porcentaje, condicion]).toEqual([1.0753, null])
  })

  test('de 57 % a 7 % queda el 46.24 %', () => {
    const { rendimiento_porcentaje, condicion } = resultado('humedad', { peso: 100, humedad: 57 })
    expect([rendimiento_porcentaje.toFixed(2), condicion]).toEqual(['46.24', 'baba'])
  })

  test.each([
    ['baba', 38],
    ['escurrido', 50],
  ])('sin medir, 100 qq de %s rinden %d', (condicion, qq) => {
    const dicho = resultado('humedad', { peso: 100, condicion })
    expect([dicho.metodo, dicho.objetivo_qq, dicho.perdida_qq]).toEqual(['factor', qq, 100 - qq])
  })

  test('con el rendimiento de la empresa, si lo tiene', () => {
    const propio = con(parametro('rendimiento', { factor: 0.82 }, 'semiseco'))
    expect(resultado('humedad', { peso: 10, condicion: 'semiseco' }, propio).objetivo_qq).toBe(8.2)
  })

  test.each([
    ['7.99', 'seco'],
    ['8', null],
    ['15', 'semiseco'],
    ['25', 'semiseco'],
    ['25.01', null],
    ['50', 'baba'],
    ['57', 'baba'],
    ['75', 'baba'],
    ['75.01', null],
  ])('%s %% es %s', (humedad, condicion) => {
    expect(condicionDe(decimal(humedad))).toBe(condicion)
  })

  test('más seco que el objetivo pesa más', () => {
    expect(resultado('humedad', { peso: 93, humedad: 6 })).toMatchObject({ objetivo_qq: 94, perdida_qq: -1 })
  })
})

describe('recepcion', () => {
  test('bruto, tara por saco, impurezas y humedad, línea por línea', () => {
    const { resultado: dicho, pasos } = calcular('recepcion', {
      bruto: 1400,
      sacos: 20,
      tara_por_saco: 0.5,
      impurezas: 2,
      humedad: 12,
    })
    // (1400 − 10) × 0.98 = 1362.2; × 88/93 = 1288.9634; ÷ 45.359237 = 28.4168
    expect(dicho).toEqual({
      metodo: 'humedad',
      bruto_kg: 1400,
      tara_kg: 10,
      neto_kg: 1390,
      impurezas_kg: 27.8,
      limpio_kg: 1362.2,
      pagable_kg: 1288.9634,
      descuento_kg: 73.2366,
      pagable_qq: 28.4168,
      rendimiento_porcentaje: 92.0688,
    })
    expect(pasos.map(({ formula }) => formula)).toEqual([
      '1400 kg',
      '20 sacos × 0.5 kg',
      '1400 − 10',
      '1390 × 2 %',
      '1390 − 27.8',
      '1362.2 × (100 − 12) ÷ (100 − 7)',
      '1362.2 − 1288.963441',
      '1288.963441 kg ÷ 45.359237 kg',
      '1288.963441 ÷ 1400 × 100',
    ])
  })

  test.each([
    [0, 100],
    [3, 97],
    [4, 96],
    // Between two steps, the one it has reached.
    [7, 95],
    [10, 90],
    [45, 55],
    [50, 55],
  ])('con la tabla, calificación %i deja %i de 100', (calificacion, qq) => {
    const dicho = resultado('recepcion', { bruto: 100, unidad: 'qq', calificacion })
    expect([dicho.metodo, dicho.pagable_qq]).toEqual(['calificacion', qq])
  })
})
