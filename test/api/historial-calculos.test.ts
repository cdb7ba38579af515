import { beforeAll, describe, expect, test } from 'vitest'
import { calcular, fijar, historial, PAGO } from './calculos.ts'
import { call, makePeople, makePerson, type People } from './support.ts'

let people: People
beforeAll(async () => {
  people = await makePeople()
})

const ver = (quien: People['ana'], id: number) => call(quien, 'GET', `/calculadora/historial/${id}`)

describe('el historial', () => {
  test('va por páginas, se filtra, y lo ven los colegas y nadie más', async () => {
    const { jose, rita, teresa } = people
    const colega = await makePerson(people.finca)
    const ids: number[] = []
    for (const [tipo, entrada] of [
      ['conversion', { cantidad: 1, de: 'qq' }],
      ['liquidacion', PAGO],
      ['conversion', { cantidad: 2, de: 'qq' }],
    ] as const)
      ids.unshift((await calcular(jose, tipo, entrada)).body.id)
    const vistos: number[] = []
    let cursor: string | null = null
    do {
      const pagina = await historial(colega, `?limite=2${cursor ? `&cursor=${cursor}` : ''}`)
      vistos.push(...pagina.calculos.map(({ id }) => id))
      cursor = pagina.siguiente
    } while (cursor)
    expect(vistos).toEqual(ids)
    expect((await historial(jose, '?tipo=liquidacion')).calculos.map(({ id }) => id)).toEqual([ids[1]])
    expect((await historial(jose, '?hasta=2025-01-01')).calculos).toEqual([])
    expect((await historial(jose, '?desde=2025-01-01')).calculos).toHaveLength(3)
    expect((await call(jose, 'GET', '/calculadora/historial?tipo=nada')).body.errores[0].campo).toBe('tipo')
    // The rival, by the functions and by the SDK.
    expect((await historial(rita)).calculos.filter(({ id }) => ids.includes(id))).toEqual([])
    expect((await ver(rita, ids[0]!)).body.clave).toBe('calculo_no_existe')
    const contados = await rita.supabase.from('calculos').select('id', { count: 'exact' }).in('id', ids)
    expect([contados.data, contados.count]).toEqual([[], 0])
    expect((await ver(teresa, ids[0]!)).body.coincide).toBe(true)
    expect((await ver(jose, 999_999_999)).status).toBe(404)
    expect((await call(jose, 'GET', '/calculadora/historial/x')).status).toBe(404)
  })

  test('un cálculo de antes da el mismo centavo aunque los parámetros sean otros', async () => {
    const { cesar } = people
    await fijar(cesar, 'humedad_objetivo', { porcentaje: 8 }, '2020-01-01')
    const { body } = await calcular(cesar, 'liquidacion', { ...PAGO, fecha: '2025-01-21' })
    await fijar(cesar, 'humedad_objetivo', { porcentaje: 7.5 }, '2025-02-01')
    const visto = (await ver(cesar, body.id)).body
    expect([visto.coincide, visto.recalculado.resultado, visto.recalculado.pasos]).toEqual([
      true,
      body.resultado,
      body.pasos,
    ])
    expect(visto.entrada).toMatchObject({ precio_qq: '100', recepcion: { bruto: '1000', humedad: '12' } })
    const hoy = await calcular(cesar, 'liquidacion', { ...PAGO, fecha: '2025-02-01' })
    expect(hoy.body.resultado.neto_a_pagar).toBeLessThan(body.resultado.neto_a_pagar)
    const { error } = await cesar.supabase
      .from('parametros')
      .delete()
      .eq('tipo', 'humedad_objetivo')
      .lt('desde', '2021-01-01')
    expect(error?.message).toBe('parametro_usado')
  })

  test('un resultado inventado con el SDK no coincide; una entrada inventada no se calcula', async () => {
    const { rita } = people
    const { parametros, resultado } = (await calcular(rita, 'liquidacion', PAGO)).body
    const insertar = async (entrada: object, dicho: object) => {
      const fila = {
        tipo: 'liquidacion',
        entrada,
        parametros: parametros.map(({ id }: { id: number }) => id),
        resultado: dicho,
      }
      const { data, error } = await rita.supabase.from('calculos').insert(fila).select('id').single()
      if (error) throw error
      return (await ver(rita, data.id)).body
    }
    expect((await insertar(PAGO, resultado)).coincide).toBe(true)
    expect(await insertar(PAGO, { ...resultado, neto_a_pagar: 1_000_000 })).toMatchObject({
      coincide: false,
      recalculado: { resultado },
    })
    for (const entrada of [{}, { ...PAGO, precio_qq: {} }, { ...PAGO, retenciones: ['agrocalidad'] }])
      expect(await insertar(entrada, resultado)).toMatchObject({ coincide: false, recalculado: null })
  })
})
