import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { convertir } from './conversion.ts'
import { decimal, redondear } from './decimal.ts'
import { aHumedad } from './humedad.ts'
import { calcular, con, PARAMETROS, parametro, resultado } from './support.ts'

/** A decimal between two, as text. */
const cifra = (minimo: number, maximo: number, decimales: number) =>
  fc
    .bigInt({
      min: BigInt(minimo) * 10n ** BigInt(decimales),
      max: BigInt(maximo) * 10n ** BigInt(decimales),
    })
    .map((n) =>
      decimal(String(n))
        .div(decimal(10 ** decimales))
        .toFixed(),
    )
const peso = cifra(1, 100_000, 4)
const humedad = cifra(1, 99, 2)
const unidad = fc.constantFrom('kg', 'lb', 'qq', 'tm', 'saco')

describe('la materia seca se conserva', () => {
  test('sale tanta como entró, a cualquier humedad', () => {
    fc.assert(
      fc.property(peso, humedad, humedad, (kg, llega, objetivo) => {
        const final = aHumedad(decimal(kg), decimal(llega), decimal(objetivo))
        const seca = (w: typeof final, h: string) => w.times(decimal(100).minus(decimal(h)))
        expect(
          seca(final, objetivo)
            .minus(seca(decimal(kg), llega))
            .abs()
            .lt('1e-30'),
        ).toBe(true)
      }),
    )
  })

  test('de ida y vuelta queda el mismo peso', () => {
    fc.assert(
      fc.property(peso, humedad, humedad, (kg, una, otra) => {
        const ida = aHumedad(decimal(kg), decimal(una), decimal(otra))
        const vuelta = redondear(aHumedad(ida, decimal(otra), decimal(una)), 'peso')
        expect(vuelta.toFixed()).toBe(decimal(kg).toFixed())
      }),
    )
  })
})

describe('una conversión', () => {
  test('de ida y vuelta da lo mismo', () => {
    fc.assert(
      fc.property(peso, cifra(1, 100, 6), cifra(1, 100, 6), (cantidad, kgDe, kgA) => {
        const ida = convertir(decimal(cantidad), decimal(kgDe), decimal(kgA))
        const vuelta = redondear(convertir(ida, decimal(kgA), decimal(kgDe)), 'peso')
        expect(vuelta.toFixed()).toBe(decimal(cantidad).toFixed())
      }),
    )
  })

  test('como se informa, vuelve con la precisión de sus cuatro decimales', () => {
    fc.assert(
      fc.property(peso, unidad, unidad, (cantidad, de, a) => {
        const ida = resultado('conversion', { cantidad, de })[a]
        fc.pre(ida > 0)
        const vuelta = resultado('conversion', { cantidad: ida, de: a })[de]
        const unoEnOtro = resultado('conversion', { cantidad: 1, de: a })[de]
        expect(Math.abs(vuelta - Number(cantidad))).toBeLessThanOrEqual(
          0.00005 * (unoEnOtro + 0.0001) + 0.0001,
        )
      }),
    )
  })
})

describe('finca y FOB', () => {
  const costo_qq = cifra(0, 100, 2)
  const diferencial = cifra(0, 1500, 2).map((n) => `-${n}`)
  const gravamenes = fc.subarray(['agrocalidad', 'renta_comerciante'])

  test('de finca a FOB y de vuelta, el mismo centavo', () => {
    fc.assert(
      fc.property(cifra(100, 1000, 2), costo_qq, diferencial, gravamenes, (finca, costo, dif, gravados) => {
        const comun = { costo_qq: costo, diferencial: dif, gravamenes: gravados }
        const { fob_tm, ny } = resultado('fob', { ...comun, finca })
        expect(resultado('fob', { ...comun, fob: fob_tm }).finca_qq).toBe(Number(finca))
        expect(resultado('fob', { ...comun, ny }).finca_qq).toBe(Number(finca))
      }),
    )
  })

  test('de FOB a finca y de vuelta, lo que pesa medio centavo de quintal en una tonelada', () => {
    fc.assert(
      fc.property(cifra(3000, 15_000, 2), costo_qq, (fob, costo) => {
        const { finca_qq } = resultado('fob', { fob, costo_qq: costo })
        const vuelta = resultado('fob', { finca: finca_qq, costo_qq: costo }).fob_tm
        expect(Math.abs(vuelta - Number(fob))).toBeLessThanOrEqual(0.005 * 22.0463 + 0.005)
      }),
    )
  })
})

describe('lo que se paga', () => {
  const liquidar = (recepcion: object, precio_qq: string, resto: object) =>
    resultado('liquidacion', { recepcion, precio_qq, ...resto })
  const resto = fc.record({
    primas: fc.array(fc.record({ concepto: fc.constant('p'), porcentaje: cifra(0, 10, 4) }), {
      maxLength: 3,
    }),
    descuentos: fc.array(fc.record({ concepto: fc.constant('d'), porcentaje: cifra(0, 33, 4) }), {
      maxLength: 3,
    }),
    retenciones: fc.subarray(['agrocalidad', 'renta_productor', 'renta_liquidacion']),
    anticipos: fc.array(fc.record({ concepto: fc.constant('a'), usd: cifra(0, 1000, 2) }), { maxLength: 2 }),
  })

  test('con más humedad nunca es más', () => {
    fc.assert(
      fc.property(peso, humedad, humedad, cifra(0, 500, 2), resto, (bruto, una, otra, precio, lineas) => {
        const [poca, mucha] = Number(una) < Number(otra) ? [una, otra] : [otra, una]
        const seco = liquidar({ bruto, humedad: poca }, precio, lineas)
        const mojado = liquidar({ bruto, humedad: mucha }, precio, lineas)
        expect(mojado.neto_a_pagar).toBeLessThanOrEqual(seco.neto_a_pagar)
        expect(mojado.saldo_por_cobrar).toBeGreaterThanOrEqual(seco.saldo_por_cobrar)
      }),
    )
  })

  test('con peor calificación nunca es más', () => {
    fc.assert(
      fc.property(peso, cifra(0, 100, 2), cifra(0, 100, 2), (bruto, una, otra) => {
        const [buena, mala] = Number(una) < Number(otra) ? [una, otra] : [otra, una]
        const pagar = (calificacion: string) => resultado('recepcion', { bruto, calificacion }).pagable_kg
        expect(pagar(mala)).toBeLessThanOrEqual(pagar(buena))
      }),
    )
  })

  test('es la suma de sus líneas, con el redondeo que dice', () => {
    fc.assert(
      fc.property(peso, humedad, cifra(0, 500, 2), resto, (bruto, mojado, precio, lineas) => {
        const dicho = liquidar({ bruto, humedad: mojado }, precio, lineas)
        const centavos = (usd: number) => Math.round(usd * 100)
        const suma = (unas: { usd: number }[]) => unas.reduce((total, { usd }) => total + centavos(usd), 0)
        expect(
          centavos(dicho.valor) +
            suma(dicho.primas) -
            suma(dicho.descuentos) -
            suma(dicho.retenciones) -
            suma(dicho.anticipos) +
            centavos(dicho.redondeo),
        ).toBe(centavos(dicho.neto_a_pagar) - centavos(dicho.saldo_por_cobrar))
        expect(Math.abs(dicho.redondeo)).toBeLessThan(0.07)
      }),
    )
  })
})

describe('un cálculo guardado', () => {
  test('con los parámetros de su fecha da el mismo centavo, aunque hoy sean otros', () => {
    fc.assert(
      fc.property(peso, humedad, cifra(1, 500, 2), (bruto, mojado, precio_qq) => {
        const entrada = { recepcion: { bruto, humedad: mojado }, precio_qq, retenciones: ['renta_productor'] }
        const antes = calcular('liquidacion', entrada)
        const guardados = JSON.parse(JSON.stringify(antes.parametros))
        expect(calcular('liquidacion', entrada, guardados).resultado).toEqual(antes.resultado)
      }),
    )
    const hoy = con(parametro('retencion', { porcentaje: 2 }, 'renta_productor', '2030-01-01'))
    const entrada = { qq: 10, precio_qq: 100, retenciones: ['renta_productor'] }
    expect(resultado('liquidacion', entrada, hoy).neto_a_pagar).toBe(980)
    expect(resultado('liquidacion', entrada, PARAMETROS).neto_a_pagar).toBe(990)
  })
})

describe('el redondeo', () => {
  test.each([
    ['0.005', 'dinero', '0.01'],
    ['-0.005', 'dinero', '-0.01'],
    ['1.00005', 'peso', '1.0001'],
    ['2.675', 'dinero', '2.68'],
    ['2.674999', 'dinero', '2.67'],
  ] as const)('de %s como %s es %s', (exacto, medida, dicho) => {
    expect(redondear(decimal(exacto), medida).toFixed()).toBe(dicho)
  })
})
