// The worked examples of the trade's rules: the figures are those of the book, not of the code.
import { describe, expect, test } from 'vitest'
import { calcular, resultado } from './support.ts'

describe('fob', () => {
  test.each([
    [{ ny: 11498, diferencial: -700 }, 474.79],
    [{ ny: 3226, diferencial: -700 }, 99.58],
    [{ fob: 10798, costo_qq: 15 }, 474.79],
  ])('%j deja en finca %d', (entrada, finca) => {
    expect(resultado('fob', entrada).finca_qq).toBe(finca)
  })

  test('al revés: (finca + costos) × 22.0462262', () => {
    // (474.79 + 15) × 22.0462262 = 10798.02
    expect(resultado('fob', { finca: 474.79, diferencial: -700 })).toMatchObject({
      fob_tm: 10798.02,
      ny: 11498.02,
    })
  })

  test('nunca por toneladas cortas', () => {
    expect(resultado('fob', { ny: 1000, costo_qq: 0 }).fob_qq).toBe(45.36)
  })

  test('descuenta los gravámenes del FOB, línea por línea', () => {
    const { resultado: dicho, pasos } = calcular('fob', {
      ny: 11498,
      diferencial: -700,
      gravamenes: ['agrocalidad'],
    })
    // 489.7890 × 0.25 % = 1.2245
    expect(dicho).toMatchObject({ fob_tm: 10798, fob_qq: 489.79, gravamenes_qq: 1.22, finca_qq: 473.56 })
    expect(pasos.map(({ etiqueta, valor }) => [etiqueta, valor])).toEqual([
      ['Precio FOB', 10798],
      ['FOB por quintal', 489.79],
      ['Retención agrocalidad', 1.22],
      ['Costos', 15],
      ['Precio en finca', 473.56],
    ])
    expect(pasos[0]!.formula).toBe('11498 + (-700)')
  })
})

describe('liquidacion', () => {
  test('quintales por precio, primas, descuentos, retenciones y anticipos', () => {
    const dicho = resultado('liquidacion', {
      qq: 94.6237,
      precio_qq: 99.58,
      primas: [
        { concepto: 'Certificado', usd_qq: 2 },
        { concepto: 'Calidad', porcentaje: 1 },
      ],
      descuentos: [{ concepto: 'Transporte', usd: 50 }],
      retenciones: ['renta_productor', 'agrocalidad'],
      anticipos: [{ concepto: 'Cheque 12', usd: 1000 }],
    })
    // 9422.628046 + 189.2474 + 94.22628046 − 50 = 9656.10172646; × 1.25 % = 120.70127…; − 1000
    expect(dicho).toMatchObject({
      valor: 9422.63,
      primas: [
        { concepto: 'Certificado', usd: 189.25 },
        { concepto: 'Calidad', usd: 94.23 },
      ],
      subtotal: 9656.1,
      retenciones: [
        { concepto: 'renta_productor', usd: 96.56 },
        { concepto: 'agrocalidad', usd: 24.14 },
      ],
      neto_a_pagar: 8535.4,
      saldo_por_cobrar: 0,
      // 9422.63 + 189.25 + 94.23 − 50 − 96.56 − 24.14 − 1000 = 8535.41
      redondeo: -0.01,
    })
  })

  test('de una recepción paga lo mismo que de sus quintales', () => {
    const recepcion = { bruto: 1400, sacos: 20, tara_por_saco: 0.5, impurezas: 2, humedad: 12 }
    const directa = resultado('liquidacion', { recepcion, precio_qq: 474.79 })
    const { pagable_qq } = resultado('recepcion', recepcion)
    expect(directa.qq).toBe(pagable_qq)
    expect(directa.neto_a_pagar).toBe(
      resultado('liquidacion', { qq: pagable_qq, precio_qq: 474.79 }).neto_a_pagar,
    )
  })

  test('lo que los anticipos pasan queda por cobrar, y no se paga nada', () => {
    const entrada = { qq: 10, precio_qq: 100, anticipos: [{ concepto: 'Adelanto', usd: 1200.5 }] }
    const { resultado: dicho, pasos } = calcular('liquidacion', entrada)
    expect([dicho.neto_a_pagar, dicho.saldo_por_cobrar]).toEqual([0, 200.5])
    expect(pasos.at(-1)).toMatchObject({ etiqueta: 'Saldo por cobrar', valor: 200.5 })
  })
})

describe('fijacion', () => {
  test('promedia por tonelada, deja la posición abierta y cubre lotes enteros', () => {
    const dicho = resultado('fijacion', {
      contrato_tm: 100,
      diferencial: -700,
      fijaciones: [
        { tm: 25, ny: 11498, fecha: '2025-01-21' },
        { tm: 12.5, ny: 3226 },
        { tm: 7.5, ny: 3000, diferencial: 100 },
      ],
    })
    // (25 × 10798 + 12.5 × 2526 + 7.5 × 3100) ÷ 45 = 324775 ÷ 45
    expect(dicho).toEqual({
      precio_promedio: 7217.22,
      ny_promedio: 7783.89,
      valor_fijado: 324775,
      tm_fijadas: 45,
      tm_abiertas: 55,
      lotes_cobertura: 5,
      tm_expuestas: 5,
    })
  })

  test('sin fijaciones todo está abierto y no hay precio', () => {
    expect(resultado('fijacion', { contrato_tm: 9, fijaciones: [] })).toMatchObject({
      precio_promedio: null,
      tm_abiertas: 9,
      lotes_cobertura: 0,
      tm_expuestas: 9,
    })
  })
})
