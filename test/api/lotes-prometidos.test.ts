import { beforeAll, describe, expect, test } from 'vitest'
import { newCedula } from '../database/grafo.ts'
import { call, makeContrato, makePeople, type People } from './support.ts'

let people: People
let lote: { id: string; codigo: string }
beforeAll(async () => {
  people = await makePeople()
  const { supabase } = people.ana
  const centro = await supabase
    .from('centros')
    .insert({ codigo: 'AC1', nombre: 'Acopio', tipo: 'acopio' })
    .select('id')
    .single()
  const productor = await supabase
    .from('productores')
    .insert({ identificacion: newCedula(), nombre: 'Rosa Zambrano' })
    .select('id')
    .single()
  const hecha = await supabase.rpc('registrar_operacion', {
    tipo: 'recibir',
    centro_id: centro.data!.id,
    salidas: [{ kg: 1000, condicion: 'seco', humedad_pct: 7, productor_id: productor.data!.id }],
  })
  expect(hecha.error).toBeNull()
  lote = hecha.data.lotes[0]
})

const asociar = (quien: People['ana'], contrato: string, json: unknown) =>
  call(quien, 'POST', `/contratos/${contrato}/lote`, { json })

describe('prometer kilos de un lote del grafo', () => {
  test('por las funciones, con su código; el código lo lee su dueño, y el contrato de la otra parte no', async () => {
    const { codigo, id } = await makeContrato(people)
    const { status, body } = await asociar(people.ana, codigo, { lote_id: lote.codigo, lote_kg: '90.719' })
    expect([status, body]).toEqual([
      201,
      expect.objectContaining({
        peso_qq: 2,
        humedad: 7,
        estado: 'Secado',
        lote_id: lote.id,
        lote: lote.codigo,
        lote_kg: 90.719,
        origen_compartido: 'nada',
      }),
    ])
    const leido = async (quien: People['ana']) =>
      (await call(quien, 'GET', `/contratos/${codigo}`)).body.lotes[0].lote
    expect([await leido(people.ana), await leido(people.carlos)]).toEqual([lote.codigo, null])
    // Nor by an embed, nor by the table.
    const embebido = await people.carlos.supabase
      .from('lotes_asociados')
      .select('codigo_lote, lotes(codigo)')
      .eq('contrato_id', id)
    expect(embebido.data).toEqual([{ codigo_lote: 'LT-0001', lotes: null }])
    const { data } = await people.carlos.supabase.rpc('lotes_prometidos', { contrato: id })
    expect(data).toEqual([expect.objectContaining({ lote: lote.codigo, kg: 90.719, condicion: 'seco' })])
  })

  test('lo que no se puede se dice con su campo, y no cambia nada', async () => {
    const { codigo } = await makeContrato(people)
    const casos = [
      [{ lote_id: lote.codigo, lote_kg: 5000 }, 409, 'lote_sin_saldo_libre', 'lote_kg'],
      [{ lote_id: lote.codigo, lote_kg: 50, peso_qq: 2 }, 422, 'lote_excedido', 'peso_qq'],
      [{ lote_id: lote.codigo, lote_kg: 50, humedad: 8 }, 422, 'lote_excedido', 'humedad'],
      [{ lote_id: 'LO-2020-000001' }, 404, 'lote_no_existe', 'lote_id'],
      [{ lote_id: '0190b6f0-0000-7000-8000-000000000000' }, 404, 'lote_no_existe', 'lote_id'],
      [{ lote_id: "' or 1=1" }, 404, 'lote_no_existe', 'lote_id'],
      [{ humedad: 7 }, 422, 'datos_invalidos', 'peso_qq'],
      [{ peso_qq: 7 }, 422, 'datos_invalidos', 'humedad'],
      [{ lote_kg: 50, peso_qq: 1, humedad: 7 }, 422, 'datos_invalidos', 'lote_kg'],
      [{ lote_id: lote.codigo, origen_compartido: 'todo' }, 422, 'datos_invalidos', 'origen_compartido'],
    ] as const
    for (const [json, ...error] of casos) {
      const { status, body } = await asociar(people.ana, codigo, json)
      expect([status, body.clave, body.errores?.[0]?.campo]).toEqual(error)
    }
    for (const quien of [people.carlos, people.rita]) {
      const { status, body } = await asociar(quien, codigo, { lote_id: lote.id })
      expect([status, body.clave]).toEqual([
        404,
        quien === people.rita ? 'contrato_no_existe' : 'lote_no_existe',
      ])
    }
    expect((await call(people.ana, 'GET', `/contratos/${codigo}`)).body.lotes).toEqual([])
  })

  test('no se mueve a mano; su dueño dice qué se cuenta de su origen', async () => {
    const { codigo } = await makeContrato(people)
    const { body } = await asociar(people.ana, codigo, { lote_id: lote.id, lote_kg: 100 })
    const editar = (quien: People['ana'], json: unknown) =>
      call(quien, 'PUT', `/contratos/${codigo}/lotes/${body.codigo_lote}`, { json })
    const mano = await editar(people.ana, { estado: 'Exportado' })
    expect([mano.status, mano.body.clave, mano.body.errores[0].campo]).toEqual([
      409,
      'lote_del_grafo',
      'estado',
    ])
    const ajeno = await editar(people.carlos, { origen_compartido: 'productores' })
    expect([ajeno.status, ajeno.body.clave]).toEqual([403, 'origen_ajeno'])
    expect((await editar(people.ana, { origen_compartido: 'productores' })).body.origen_compartido).toBe(
      'productores',
    )
    const { data } = await people.carlos.supabase.rpc('origen_compartido', { asociado: body.id })
    expect(data).toEqual(
      expect.objectContaining({
        compartido: 'productores',
        detalle: [{ productor: 'Rosa Zambrano', kg: 100 }],
      }),
    )
    // Neither identification nor phone.
    expect(JSON.stringify(data)).not.toMatch(/identificacion|telefono|\d{10}/)
    const rival = await people.rita.supabase.rpc('origen_compartido', { asociado: body.id })
    expect(rival.error).toMatchObject({ code: 'PT404', message: 'lote_no_existe' })
  })
})
