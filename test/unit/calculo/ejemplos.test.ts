// Every worked example of the trade's rules: the figures are those of the book, not of the code.
import { describe, expect, it } from 'vitest'
import { decimal } from '../../../server/calculo/decimal.ts'
import { condicionDe } from '../../../server/calculo/humedad.ts'
import { calcular, con, parametro, resultado } from './apoyo.ts'

describe('conversion', () => {
  it.each([
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

  it.each([
    [46, 21.7391],
    [50, 20],
  ])('con un quintal de %i kg, una TM son %d qq', (kg, qq) => {
    const propio = con(parametro('quintal', { kg }))
    expect(resultado('conversion', { cantidad: 1, de: 'tm' }, propio).qq).toBe(qq)
    // A pound stays a pound.
    expect(resultado('conversion', { cantidad: 1, de: 'tm' }, propio).lb).toBe(2204.6226)
  })

  it('dice con qué datos y cómo', () => {
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
  it.each([
    [7, 94.6237],
    [8, 95.6522],
  ])('100 qq al 12 %% al %i %% son %d', (humedad_objetivo, qq) => {
    expect(resultado('humedad', { peso: 100, humedad: 12, humedad_objetivo }).objetivo_qq).toBe(qq)
  })

  it('con 7 % de objetivo, un punto vale 1.0753 % del peso', () => {
    const { perdida_porcentaje, condicion } = resultado('humedad', { peso: 100, humedad: 8 })
    expect([perdida_porcentaje, condicion]).toEqual([1.0753, null])
  })

  it('de 57 % a 7 % queda el 46.24 %', () => {
    const { rendimiento_porcentaje, condicion } = resultado('humedad', { peso: 100, humedad: 57 })
    expect([rendimiento_porcentaje.toFixed(2), condicion]).toEqual(['46.24', 'baba'])
  })

  it.each([
    ['baba', 38],
    ['escurrido', 50],
  ])('sin medir, 100 qq de %s rinden %d', (condicion, qq) => {
    const dicho = resultado('humedad', { peso: 100, condicion })
    expect([dicho.metodo, dicho.objetivo_qq, dicho.perdida_qq]).toEqual(['factor', qq, 100 - qq])
  })

  it('con el rendimiento de la empresa, si lo tiene', () => {
    const propio = con(parametro('rendimiento', { factor: 0.82 }, 'semiseco'))
    expect(resultado('humedad', { peso: 10, condicion: 'semiseco' }, propio).objetivo_qq).toBe(8.2)
  })

  it.each([
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

  it('más seco que el objetivo pesa más', () => {
    expect(resultado('humedad', { peso: 93, humedad: 6 })).toMatchObject({ objetivo_qq: 94, perdida_qq: -1 })
  })
})

describe('recepcion', () => {
  it('bruto, tara por saco, impurezas y humedad, línea por línea', () => {
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

  it.each([
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

describe('calidad', () => {
  const prueba = {
    bien_fermentado: 75,
    ligeramente_fermentado: 10,
    violeta: 10,
    pizarroso: 4,
    moho: 1,
    gramos_100: 135,
    defectos: 0,
    humedad: 7,
  }

  it.each([
    ['ASSPS', {}],
    ['ASSS', { bien_fermentado: 65, violeta: 15, pizarroso: 9, gramos_100: 130 }],
    [
      'ASS',
      { bien_fermentado: 60, ligeramente_fermentado: 5, violeta: 21, pizarroso: 12, moho: 2, defectos: 1 },
    ],
    ['ASN', { bien_fermentado: 44, violeta: 25, pizarroso: 18, moho: 3, defectos: 3, gramos_100: 110 }],
    [
      'ASE',
      { bien_fermentado: 26, ligeramente_fermentado: 27, violeta: 25, pizarroso: 18, moho: 4, defectos: 4 },
    ],
    [null, { bien_fermentado: 25, ligeramente_fermentado: 27, violeta: 25, pizarroso: 18, moho: 4 }],
    [
      'CCN-51',
      {
        variedad: 'CCN-51',
        bien_fermentado: 65,
        ligeramente_fermentado: 11,
        violeta: 18,
        pizarroso: 5,
        defectos: 1,
      },
    ],
  ])('en el límite mismo es %s', (grado, cambios) => {
    expect(resultado('calidad', { ...prueba, ...cambios }).grado).toBe(grado)
  })

  it('dice qué límites incumple cada grado', () => {
    const { grado, grados } = resultado('calidad', {
      granos: 300,
      bien_fermentado: 195,
      ligeramente_fermentado: 33,
      violeta: 48,
      pizarroso: 15,
      moho: 3,
      gramos_100: 128,
      humedad: 7.5,
    })
    expect(grado).toBeNull()
    expect(grados.map((uno) => uno.grado)).toEqual(['ASSPS', 'ASSS', 'ASS', 'ASN', 'ASE'])
    expect(grados[1]).toEqual({
      grado: 'ASSS',
      cumple: false,
      incumple: [
        { limite: 'gramos_100', valor: 128, minimo: 130 },
        { limite: 'violeta', valor: 16, maximo: 15 },
        { limite: 'humedad', valor: 7.5, maximo: 7 },
      ],
    })
    expect(grados[2]!.incumple).toEqual([{ limite: 'humedad', valor: 7.5, maximo: 7 }])
  })

  it('dice qué no se midió', () => {
    const { gramos_100: _, defectos: __, humedad: ___, ...corte } = prueba
    expect(resultado('calidad', corte)).toMatchObject({
      grado: 'ASSPS',
      sin_medir: ['gramos_100', 'defectos', 'humedad'],
    })
  })

  it('de una edición solo juzga lo que ella limita', () => {
    const grados = [
      { grado: '1', bien_fermentado_min: 75, violeta_max: 15, pizarroso_max: 9, moho_max: 1 },
      { grado: '2', bien_fermentado_min: 65, violeta_max: 21, pizarroso_max: 12, moho_max: 2 },
      { grado: '3', bien_fermentado_min: 53, violeta_max: 25, pizarroso_max: 18, moho_max: 4 },
    ]
    const parametros = con(parametro('norma_calidad', { edicion: '2021', grados }, 'inen_176_2021'))
    const entrada = { ...prueba, bien_fermentado: 66, ligeramente_fermentado: 0, norma: 'inen_176_2021' }
    const dicho = resultado('calidad', { ...entrada, variedad: 'CCN-51' }, parametros)
    expect([dicho.edicion, dicho.grado, dicho.sin_medir]).toEqual(['2021', '2', []])
    expect(dicho.grados[0]!.incumple).toEqual([{ limite: 'bien_fermentado', valor: 66, minimo: 75 }])
  })
})

describe('fob', () => {
  it.each([
    [{ ny: 11498, diferencial: -700 }, 474.79],
    [{ ny: 3226, diferencial: -700 }, 99.58],
    [{ fob: 10798, costo_qq: 15 }, 474.79],
  ])('%j deja en finca %d', (entrada, finca) => {
    expect(resultado('fob', entrada).finca_qq).toBe(finca)
  })

  it('al revés: (finca + costos) × 22.0462262', () => {
    // (474.79 + 15) × 22.0462262 = 10798.02
    expect(resultado('fob', { finca: 474.79, diferencial: -700 })).toMatchObject({
      fob_tm: 10798.02,
      ny: 11498.02,
    })
  })

  it('nunca por toneladas cortas', () => {
    expect(resultado('fob', { ny: 1000, costo_qq: 0 }).fob_qq).toBe(45.36)
  })

  it('descuenta los gravámenes del FOB, línea por línea', () => {
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
  it('quintales por precio, primas, descuentos, retenciones y anticipos', () => {
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

  it('de una recepción paga lo mismo que de sus quintales', () => {
    const recepcion = { bruto: 1400, sacos: 20, tara_por_saco: 0.5, impurezas: 2, humedad: 12 }
    const directa = resultado('liquidacion', { recepcion, precio_qq: 474.79 })
    const { pagable_qq } = resultado('recepcion', recepcion)
    expect(directa.qq).toBe(pagable_qq)
    expect(directa.neto_a_pagar).toBe(
      resultado('liquidacion', { qq: pagable_qq, precio_qq: 474.79 }).neto_a_pagar,
    )
  })

  it('lo que los anticipos pasan queda por cobrar, y no se paga nada', () => {
    const entrada = { qq: 10, precio_qq: 100, anticipos: [{ concepto: 'Adelanto', usd: 1200.5 }] }
    const { resultado: dicho, pasos } = calcular('liquidacion', entrada)
    expect([dicho.neto_a_pagar, dicho.saldo_por_cobrar]).toEqual([0, 200.5])
    expect(pasos.at(-1)).toMatchObject({ etiqueta: 'Saldo por cobrar', valor: 200.5 })
  })
})

describe('fijacion', () => {
  it('promedia por tonelada, deja la posición abierta y cubre lotes enteros', () => {
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

  it('sin fijaciones todo está abierto y no hay precio', () => {
    expect(resultado('fijacion', { contrato_tm: 9, fijaciones: [] })).toMatchObject({
      precio_promedio: null,
      tm_abiertas: 9,
      lotes_cobertura: 0,
      tm_expuestas: 9,
    })
  })
})
