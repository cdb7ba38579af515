import fc from 'fast-check'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { TIPOS } from '../../server/calculo/calculadoras.ts'
import { calcular, fijar, historial, PAGO } from './calculos.ts'
import { crearGente, crearPersona, type Gente, llamar } from './support.ts'

let gente: Gente
beforeAll(async () => {
  gente = await crearGente()
})

describe('sin sesión', () => {
  test.each([
    ['conversion', { cantidad: 1, de: 'tm' }, { qq: 22.0462 }],
    ['humedad', { peso: 100, humedad: 12 }, { objetivo_qq: 94.6237 }],
    ['humedad', { peso: 100, condicion: 'baba' }, { objetivo_qq: 38 }],
    ['recepcion', { bruto: 100, unidad: 'qq', humedad: 12 }, { pagable_qq: 94.6237 }],
    [
      'calidad',
      { granos: 100, bien_fermentado: 44, ligeramente_fermentado: 10, violeta: 25, pizarroso: 18, moho: 3 },
      { grado: 'ASN', edicion: '2006' },
    ],
    ['fob', { ny: 11498, diferencial: -700, costo_qq: 15 }, { finca_qq: 474.79 }],
    ['fob', { ny: 3226, diferencial: -700, costo_qq: 15 }, { finca_qq: 99.58 }],
    ['liquidacion', PAGO, { qq: 20.8609, valor: 2086.09, neto_a_pagar: 2065.23 }],
    [
      'fijacion',
      { contrato_tm: 25, fijaciones: [{ tm: 10, ny: 3000 }] },
      { lotes_cobertura: 1, tm_expuestas: 5 },
    ],
  ])('%s %j', async (tipo, entrada, esperado) => {
    const { status, cuerpo } = await calcular(null, tipo, entrada)
    expect([status, cuerpo.id]).toEqual([200, undefined])
    expect(cuerpo.resultado).toMatchObject(esperado)
    expect(cuerpo.pasos.length).toBeGreaterThan(0)
    for (const parametro of cuerpo.parametros) expect(parametro).toMatchObject({ propio: false, hasta: null })
  })

  test('la fecha elige los parámetros', async () => {
    const entrada = { peso: 100, humedad: 12, fecha: '1989-12-31' }
    expect((await calcular(null, 'humedad', entrada)).cuerpo.errores[0].campo).toBe('fecha')
    const antes = await calcular(null, 'liquidacion', { ...PAGO, fecha: '2019-12-31' })
    expect(antes.cuerpo).toMatchObject({
      clave: 'parametro_sin_definir',
      errores: [{ campo: 'retenciones.0' }],
    })
    expect((await calcular(null, 'liquidacion', { ...PAGO, fecha: '2025-01-21' })).cuerpo.fecha).toBe(
      '2025-01-21',
    )
  })

  test('lo que es de cada empresa lo pide', async () => {
    const { status, cuerpo } = await calcular(null, 'fob', { ny: 3000 })
    expect([status, cuerpo.clave, cuerpo.errores[0].campo]).toEqual([
      422,
      'parametro_sin_definir',
      'costo_qq',
    ])
  })

  test('el SDK, que envía la clave pública, también calcula', async () => {
    const { supabaseUrl, publishableKey, anonKey } = inject('stack')
    for (const clave of [publishableKey, anonKey]) {
      const respuesta = await fetch(`${supabaseUrl}/functions/v1/calculadora/conversion`, {
        method: 'POST',
        headers: { apikey: clave, authorization: `Bearer ${clave}`, 'content-type': 'application/json' },
        body: JSON.stringify({ cantidad: 1, de: 'qq' }),
      })
      expect([respuesta.status, (await respuesta.json()).resultado?.lb]).toEqual([200, 100])
    }
  })

  test('un token que no vale no pasa por nadie, y el historial no se abre', async () => {
    for (const token of [`${gente.ana.token.slice(0, -4)}AAAA`, inject('stack').serviceRoleKey, 'x', ''])
      expect((await calcular({ ...gente.ana, token }, 'conversion', { cantidad: 1, de: 'qq' })).status).toBe(
        401,
      )
    expect((await llamar(null, 'GET', '/calculadora/historial')).status).toBe(401)
    expect((await llamar(null, 'GET', '/calculadora/historial/1')).status).toBe(401)
  })
})

describe('con sesión', () => {
  test('usa los parámetros de su empresa y lo guarda', async () => {
    const { ana, rita } = gente
    await fijar(ana, 'quintal', { kg: 46 }, '2024-01-01')
    await fijar(ana, 'costo_qq', { usd: 20 }, '2024-01-01')
    const { status, cuerpo, headers } = await calcular(ana, 'fob', { fob: 4600, fecha: '2025-01-21' })
    expect([status, headers.get('location')]).toEqual([201, `historial/${cuerpo.id}`])
    // 4600 × 46 ÷ 1000 − 20
    expect(cuerpo.resultado.finca_qq).toBe(191.6)
    const usados = cuerpo.parametros.map(({ tipo, propio }: { tipo: string; propio: boolean }) => [
      tipo,
      propio,
    ])
    expect(usados).toEqual([
      ['quintal', true],
      ['costo_qq', true],
    ])
    expect((await calcular(rita, 'conversion', { cantidad: 1, de: 'qq' })).cuerpo.resultado.kg).toBe(45.3592)
    expect((await calcular(rita, 'fob', { fob: 4600 })).cuerpo.clave).toBe('parametro_sin_definir')
  })

  test('con guardar: false no queda nada', async () => {
    const antes = await historial(gente.carlos)
    const { status, cuerpo } = await calcular(gente.carlos, 'liquidacion', { ...PAGO, guardar: false })
    expect([status, cuerpo.id]).toEqual([200, undefined])
    expect(await historial(gente.carlos)).toEqual(antes)
  })

  test('con la misma Idempotency-Key se guarda una vez', async () => {
    const clave = { 'idempotency-key': `calculo-${gente.carlos.id}` }
    const antes = (await historial(gente.carlos)).calculos.length
    const [uno, otro] = [
      await calcular(gente.carlos, 'liquidacion', PAGO, clave),
      await calcular(gente.carlos, 'liquidacion', PAGO, clave),
    ]
    expect([otro.status, otro.texto]).toEqual([201, uno.texto])
    expect((await historial(gente.carlos)).calculos).toHaveLength(antes + 1)
    const distinta = await calcular(gente.carlos, 'liquidacion', { ...PAGO, precio_qq: 1 }, clave)
    expect(distinta.cuerpo.clave).toBe('idempotencia_distinta')
  })

  test('una cuenta sin empresa no guarda, y se le dice', async () => {
    const nadie = await crearPersona(null)
    expect((await calcular(nadie, 'conversion', { cantidad: 1, de: 'qq' })).cuerpo.clave).toBe('sin_empresa')
    const suelto = await calcular(nadie, 'conversion', { cantidad: 1, de: 'qq', guardar: false })
    expect(suelto.status).toBe(200)
    expect((await llamar(nadie, 'GET', '/calculadora/historial')).cuerpo.clave).toBe('sin_empresa')
    expect((await llamar(nadie, 'GET', '/calculadora/historial/1')).cuerpo.clave).toBe('sin_empresa')
  })
})

describe('lo imposible', () => {
  test.each([
    ['humedad', { peso: 100, humedad: 100 }, 'humedad'],
    ['conversion', { cantidad: -1, de: 'qq' }, 'cantidad'],
    ['recepcion', { bruto: 10, tara: 10, humedad: 12 }, 'tara'],
    ['fob', { ny: '1,234,56', costo_qq: 1 }, 'ny'],
    ['fijacion', { contrato_tm: 1, fijaciones: [{ tm: 2, ny: 3000 }] }, 'fijaciones'],
  ])('%s %j culpa a %s', async (tipo, entrada, campo) => {
    for (const quien of [null, gente.ana]) {
      const { status, cuerpo } = await calcular(quien, tipo, entrada)
      expect([status, cuerpo.clave, cuerpo.errores[0].campo]).toEqual([422, 'datos_invalidos', campo])
    }
  })

  test('no hay otras calculadoras', async () => {
    for (const tipo of ['arroba', 'historial', '__proto__', 'toString'])
      expect((await calcular(null, tipo, {})).cuerpo.clave).toBe('calculadora_no_existe')
  })

  test('ningún cuerpo la rompe', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...TIPOS),
        fc.dictionary(
          fc.constantFrom(
            'peso',
            'humedad',
            'ny',
            'qq',
            'precio_qq',
            'fecha',
            'guardar',
            'fijaciones',
            'recepcion',
          ),
          fc.oneof(
            fc.jsonValue({ maxDepth: 2 }),
            fc.double(),
            fc.constantFrom('1e9', '-0', '0.0000001', 1e-300, 1e300),
          ),
        ),
        async (tipo, json) => {
          const { status, texto } = await calcular(null, tipo, json)
          expect(status, texto).toBeLessThan(500)
        },
      ),
      { numRuns: 100 },
    )
  })
})
