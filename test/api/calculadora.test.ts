import fc from 'fast-check'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { TIPOS } from '../../server/calculo/calculadoras.ts'
import { calcular, fijar, historial, PAGO } from './calculos.ts'
import { call, makePeople, makePerson, type People } from './support.ts'

let people: People
beforeAll(async () => {
  people = await makePeople()
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
    const { status, body } = await calcular(null, tipo, entrada)
    expect([status, body.id]).toEqual([200, undefined])
    expect(body.resultado).toMatchObject(esperado)
    expect(body.pasos.length).toBeGreaterThan(0)
    for (const parametro of body.parametros) expect(parametro).toMatchObject({ propio: false, hasta: null })
  })

  test('la fecha elige los parámetros', async () => {
    const entrada = { peso: 100, humedad: 12, fecha: '1989-12-31' }
    expect((await calcular(null, 'humedad', entrada)).body.errores[0].campo).toBe('fecha')
    const antes = await calcular(null, 'liquidacion', { ...PAGO, fecha: '2019-12-31' })
    expect(antes.body).toMatchObject({
      clave: 'parametro_sin_definir',
      errores: [{ campo: 'retenciones.0' }],
    })
    expect((await calcular(null, 'liquidacion', { ...PAGO, fecha: '2025-01-21' })).body.fecha).toBe(
      '2025-01-21',
    )
  })

  test('lo que es de cada empresa lo pide', async () => {
    const { status, body } = await calcular(null, 'fob', { ny: 3000 })
    expect([status, body.clave, body.errores[0].campo]).toEqual([422, 'parametro_sin_definir', 'costo_qq'])
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
    for (const token of [`${people.ana.token.slice(0, -4)}AAAA`, inject('stack').serviceRoleKey, 'x', ''])
      expect((await calcular({ ...people.ana, token }, 'conversion', { cantidad: 1, de: 'qq' })).status).toBe(
        401,
      )
    expect((await call(null, 'GET', '/calculadora/historial')).status).toBe(401)
    expect((await call(null, 'GET', '/calculadora/historial/1')).status).toBe(401)
  })
})

describe('con sesión', () => {
  test('usa los parámetros de su empresa y lo guarda', async () => {
    const { ana, rita } = people
    await fijar(ana, 'quintal', { kg: 46 }, '2024-01-01')
    await fijar(ana, 'costo_qq', { usd: 20 }, '2024-01-01')
    const { status, body, headers } = await calcular(ana, 'fob', { fob: 4600, fecha: '2025-01-21' })
    expect([status, headers.get('location')]).toEqual([201, `historial/${body.id}`])
    // 4600 × 46 ÷ 1000 − 20
    expect(body.resultado.finca_qq).toBe(191.6)
    const usados = body.parametros.map(({ tipo, propio }: { tipo: string; propio: boolean }) => [
      tipo,
      propio,
    ])
    expect(usados).toEqual([
      ['quintal', true],
      ['costo_qq', true],
    ])
    expect((await calcular(rita, 'conversion', { cantidad: 1, de: 'qq' })).body.resultado.kg).toBe(45.3592)
    expect((await calcular(rita, 'fob', { fob: 4600 })).body.clave).toBe('parametro_sin_definir')
  })

  test('con guardar: false no queda nada', async () => {
    const antes = await historial(people.carlos)
    const { status, body } = await calcular(people.carlos, 'liquidacion', { ...PAGO, guardar: false })
    expect([status, body.id]).toEqual([200, undefined])
    expect(await historial(people.carlos)).toEqual(antes)
  })

  test('con la misma Idempotency-Key se guarda una vez', async () => {
    const clave = { 'idempotency-key': `calculo-${people.carlos.id}` }
    const antes = (await historial(people.carlos)).calculos.length
    const [uno, otro] = [
      await calcular(people.carlos, 'liquidacion', PAGO, clave),
      await calcular(people.carlos, 'liquidacion', PAGO, clave),
    ]
    expect([otro.status, otro.text]).toEqual([201, uno.text])
    expect((await historial(people.carlos)).calculos).toHaveLength(antes + 1)
    const distinta = await calcular(people.carlos, 'liquidacion', { ...PAGO, precio_qq: 1 }, clave)
    expect(distinta.body.clave).toBe('idempotencia_distinta')
  })

  test('una cuenta sin empresa no guarda, y se le dice', async () => {
    const nadie = await makePerson(null)
    expect((await calcular(nadie, 'conversion', { cantidad: 1, de: 'qq' })).body.clave).toBe('sin_empresa')
    const suelto = await calcular(nadie, 'conversion', { cantidad: 1, de: 'qq', guardar: false })
    expect(suelto.status).toBe(200)
    expect((await call(nadie, 'GET', '/calculadora/historial')).body.clave).toBe('sin_empresa')
    expect((await call(nadie, 'GET', '/calculadora/historial/1')).body.clave).toBe('sin_empresa')
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
    for (const quien of [null, people.ana]) {
      const { status, body } = await calcular(quien, tipo, entrada)
      expect([status, body.clave, body.errores[0].campo]).toEqual([422, 'datos_invalidos', campo])
    }
  })

  test('no hay otras calculadoras', async () => {
    for (const tipo of ['arroba', 'historial', '__proto__', 'toString'])
      expect((await calcular(null, tipo, {})).body.clave).toBe('calculadora_no_existe')
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
          const { status, text } = await calcular(null, tipo, json)
          expect(status, text).toBeLessThan(500)
        },
      ),
      { numRuns: 100 },
    )
  })
})
