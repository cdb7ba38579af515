import { beforeAll, describe, expect, test } from 'vitest'
import { call, makeContrato, makePeople, type People } from './support.ts'

let people: People
beforeAll(async () => {
  people = await makePeople()
})

const nuevo = () => makeContrato(people, { modalidad_precio: 'por fijar', volumen_tm: 200 })
const fijar = (quien: keyof People, codigo: string, json: object, headers = {}) =>
  call(people[quien] as People['ana'], 'POST', `/contratos/${codigo}/fijaciones`, { json, headers })
const FIJACION = { tm: 55.5, ny: '3226.00', diferencial: -700, fecha: '2026-02-18' }

describe('un contrato', () => {
  test('lleva calidad, entrega, tolerancia y modalidad, que también se editan', async () => {
    const datos = { calidad: ' ASE ', fecha_entrega: '2026-12-01', tolerancia_pct: '2.5' }
    const { codigo } = await makeContrato(people, datos)
    const { body } = await call(people.ana, 'GET', `/contratos/${codigo}`)
    expect(body).toMatchObject({
      calidad: 'ASE',
      fecha_entrega: '2026-12-01',
      tolerancia_pct: 2.5,
      modalidad_precio: 'fijo',
      fijacion: null,
    })
    const json = { calidad: null, tolerancia_pct: 5, modalidad_precio: 'por fijar' }
    const pedido = await call(people.carlos, 'PUT', `/contratos/${codigo}`, { json })
    expect(pedido.body).toMatchObject({ calidad: 'ASE', enmienda_pendiente: { n: 1 } })
    await call(people.ana, 'POST', `/contratos/${codigo}/enmiendas/1/aceptar`)
    const editado = await call(people.ana, 'GET', `/contratos/${codigo}`)
    expect(editado.body).toMatchObject({ ...json, fecha_entrega: '2026-12-01' })
  })

  test.each([
    [{ calidad: 'x'.repeat(41) }, 'calidad'],
    [{ fecha_entrega: '2026-02-30' }, 'fecha_entrega'],
    [{ tolerancia_pct: -1 }, 'tolerancia_pct'],
    [{ tolerancia_pct: 50.01 }, 'tolerancia_pct'],
    [{ tolerancia_pct: '1.234' }, 'tolerancia_pct'],
    [{ tolerancia_pct: null }, 'tolerancia_pct'],
    [{ modalidad_precio: 'a convenir' }, 'modalidad_precio'],
  ])('con %j dice qué campo está mal', async (datos, campo) => {
    const json = { contraparte_id: people.centro.id, volumen_tm: 1, ...datos }
    const { status, body } = await call(people.ana, 'POST', '/contratos', { json })
    expect([status, body.errores[0].campo]).toEqual([422, campo])
  })
})

describe('fijar', () => {
  test('fija una parte, y el contrato dice su promedio y lo que queda abierto', async () => {
    const { codigo } = await nuevo()
    const { status, body, text } = await fijar('ana', codigo, FIJACION)
    expect([status, body.precio_tm, body.creado_por]).toEqual([201, 2526, people.ana.id])
    expect(text).toContain('"ny":3226.00,')
    await fijar('carlos', codigo, { tm: 30, ny: 11498, diferencial: '-700' })
    const visto = await call(people.carlos, 'GET', `/contratos/${codigo}`)
    expect(visto.body).toMatchObject({
      precio_fijado_tm: 5428.46,
      fijacion: {
        tm_fijadas: 85.5,
        tm_abiertas: 114.5,
        precio_promedio: 5428.46,
        lotes_cobertura: 11,
        tm_expuestas: 4.5,
      },
    })
    const lista = await call(people.teresa, 'GET', `/contratos/${codigo}/fijaciones`)
    expect(lista.body.fijaciones).toHaveLength(2)
    expect(lista.body.fijacion).toEqual(visto.body.fijacion)
  })

  test('repetida con la misma Idempotency-Key es una sola', async () => {
    const { codigo } = await nuevo()
    const headers = { 'idempotency-key': `fijar-${codigo}` }
    const [una, otra] = [
      await fijar('ana', codigo, FIJACION, headers),
      await fijar('ana', codigo, FIJACION, headers),
    ]
    expect(otra.text).toBe(una.text)
    const { body } = await call(people.ana, 'GET', `/contratos/${codigo}/fijaciones`)
    expect(body.fijaciones).toHaveLength(1)
  })

  test('50 a la vez no pasan del volumen', async () => {
    const { codigo } = await nuevo()
    const respuestas = await Promise.all(
      Array.from({ length: 50 }, () => fijar('ana', codigo, { tm: 7, ny: 3000, diferencial: 0 })),
    )
    const estados = respuestas.map(({ status }) => status)
    expect(estados.filter((estado) => estado === 201)).toHaveLength(28)
    expect(estados.filter((estado) => estado === 409)).toHaveLength(22)
  })

  test.each([
    [{ tm: 0 }, 'tm'],
    [{ tm: '1,5' }, 'tm'],
    [{ ny: -3226 }, 'ny'],
    [{ ny: 'tres mil' }, 'ny'],
    [{ ny: undefined }, 'ny'],
    [{ diferencial: '--700' }, 'diferencial'],
    [{ diferencial: -3226 }, 'diferencial'],
    [{ diferencial: 1e-9 }, 'diferencial'],
    [{ fecha: '2026-13-01' }, 'fecha'],
    [{ fecha: '2099-01-01' }, 'fecha'],
    [{ precio_tm: 1 }, 'precio_tm'],
  ])('con %j dice qué campo está mal, y nada cambia', async (cambio, campo) => {
    const { codigo } = await nuevo()
    const { status, body } = await fijar('ana', codigo, { ...FIJACION, ...cambio })
    expect([status, body.errores[0].campo]).toEqual([422, campo])
    expect((await call(people.ana, 'GET', `/contratos/${codigo}/fijaciones`)).body.fijaciones).toEqual([])
  })

  test('el precio no se escribe a mano', async () => {
    const { codigo } = await nuevo()
    const json = { precio_fijado_tm: 5000 }
    const { status, body } = await call(people.ana, 'PUT', `/contratos/${codigo}`, { json })
    expect([status, body.clave, body.errores[0].campo]).toEqual([409, 'precio_por_fijar', 'precio_fijado_tm'])
  })

  test('un proveedor asociado no ve nada de lo fijado; quien no es parte, ni el contrato', async () => {
    const { codigo } = await nuevo()
    await fijar('ana', codigo, FIJACION)
    const { body } = await call(people.jose, 'GET', `/contratos/${codigo}/fijaciones`)
    expect(body).toEqual({ fijaciones: [], fijacion: null })
    expect((await call(people.jose, 'GET', `/contratos/${codigo}`)).body.fijacion).toBeNull()
    expect((await fijar('jose', codigo, FIJACION)).body.clave).toBe('fijacion_sin_permiso')
    for (const quien of ['rita', 'cesar'] as const) {
      expect((await fijar(quien, codigo, FIJACION)).body.clave).toBe('contrato_no_existe')
      expect((await call(people[quien], 'GET', `/contratos/${codigo}/fijaciones`)).status).toBe(404)
    }
  })
})

describe('anular', () => {
  const anular = (
    quien: 'ana' | 'jose' | 'rita',
    codigo: string,
    id: unknown,
    json: object = { motivo: 'Error' },
  ) => call(people[quien], 'POST', `/contratos/${codigo}/fijaciones/${id}/anular`, { json })

  test('queda con su motivo, deja de contar y no se anula dos veces', async () => {
    const { codigo } = await nuevo()
    const { id } = (await fijar('ana', codigo, FIJACION)).body
    expect((await anular('ana', codigo, id, { motivo: ' ' })).body.errores[0].campo).toBe('motivo')
    const { status, body } = await anular('ana', codigo, id)
    expect([status, body.motivo, body.anulada_por]).toEqual([200, 'Error', people.ana.id])
    expect((await anular('ana', codigo, id)).body.clave).toBe('fijacion_anulada')
    const { fijacion, precio_fijado_tm } = (await call(people.ana, 'GET', `/contratos/${codigo}`)).body
    expect([precio_fijado_tm, fijacion.tm_fijadas, fijacion.precio_promedio]).toEqual([null, 0, null])
  })

  test('ni la de otro contrato, ni quien no firma', async () => {
    const [uno, otro] = [await nuevo(), await nuevo()]
    const { id } = (await fijar('ana', uno.codigo, FIJACION)).body
    for (const [quien, codigo, fijacion, clave] of [
      ['ana', otro.codigo, id, 'fijacion_no_existe'],
      ['ana', uno.codigo, 'x', 'fijacion_no_existe'],
      ['jose', uno.codigo, id, 'fijacion_no_existe'],
      ['rita', uno.codigo, id, 'contrato_no_existe'],
    ] as const)
      expect((await anular(quien, codigo, fijacion)).body.clave).toBe(clave)
  })
})
