// The graph of a company by REST, asked by its rival and by the other party of its contract: not by a table, what hangs
// from it, a count or a function.
import { beforeAll, describe, expect, test } from 'vitest'
import { target } from '../acceptance/support.ts'
import { call, makeContrato, makePeople, type People, type Person } from '../api/support.ts'

let people: People
let lote: { id: string; codigo: string; operacion_id: string }
let contrato: { id: number }
let centro: number

beforeAll(async () => {
  people = await makePeople()
  const { supabase } = people.ana
  const place = { codigo: 'EMB', nombre: 'Vinces', tipo: 'acopio' }
  const { data } = await supabase.from('centros').insert(place).select('id').single().throwOnError()
  centro = data.id
  const grower = { identificacion: '1710034065', nombre: 'Rosa Zambrano' }
  const { data: productor } = await supabase
    .from('productores')
    .insert(grower)
    .select('id')
    .single()
    .throwOnError()
  const recibida = await call(people.ana, 'POST', '/operaciones', {
    json: {
      ...{ tipo: 'recibir', centro_id: centro },
      salidas: [{ kg: 4321.987, condicion: 'seco', humedad_pct: 7, productor_id: productor.id }],
    },
  })
  expect(recibida.status, recibida.text).toBe(201)
  lote = recibida.body.lotes[0]
  await supabase.rpc('retener_lote', { lote: lote.id, motivo: 'Por analizar' }).throwOnError()
  await supabase.rpc('levantar_retencion', { lote: lote.id, motivo: 'Bien' }).throwOnError()
  await supabase.rpc('proponer_ajuste', { lote: lote.id, kg_contado: 4000, motivo: 'Conteo' }).throwOnError()
  contrato = await makeContrato(people)
  const citado = await call(people.ana, 'POST', `/contratos/${contrato.id}/lote`, {
    json: { peso_qq: 10, humedad: 7, lote_id: lote.id, lote_kg: 1000 },
  })
  expect(citado.status, citado.text).toBe(201)
})

const ask = async (who: Person, path: string, init: RequestInit = {}) => {
  const answer = await fetch(`${target.url}/rest/v1/${path}`, {
    ...init,
    headers: { apikey: target.key, Authorization: `Bearer ${who.token}`, ...init.headers },
  })
  return { status: answer.status, range: answer.headers.get('content-range'), text: await answer.text() }
}
const SECRETO = /4321|LO-\d{4}-\d{6}|Zambrano|Vinces|Por analizar|Conteo/

/** What whoever keeps the graph reads of it, each thing with what hangs from it. */
const CAMINOS = [
  'lotes?select=codigo,kg,operaciones!lotes_operacion_fkey(tipo,en),productores(nombre),centros(nombre)',
  'lotes?select=codigo,saldo_kg',
  'lotes?select=id,retenciones(motivo),ajustes(motivo,kg_contado)',
  'operaciones?select=tipo,lotes!lotes_operacion_fkey(codigo,kg),consumos(kg),perdidas(kg)',
  'operaciones?select=tipo,lotes!lotes_operacion_fkey!inner(codigo)&lotes.kg=gt.0',
  'centros?select=nombre,lotes(codigo,kg)',
  'productores?select=nombre,lotes(codigo,kg)',
  'productos?select=kg,lotes(codigo)',
  'retenciones?select=motivo,lotes(codigo)',
  'ajustes?select=motivo,kg_contado,lotes(codigo)',
]

describe.each(CAMINOS)('%s', (camino) => {
  test('lo da a quien lo lleva, y a nadie más, ni contado', async () => {
    const suyo = await ask(people.ana, camino)
    expect(suyo.status, suyo.text).toBe(200)
    expect(suyo.text).toMatch(SECRETO)
    for (const who of [people.rita, people.cesar, people.carlos, people.jose]) {
      expect((await ask(who, camino)).text).toBe('[]')
      for (const count of ['exact', 'estimated'])
        expect(
          (await ask(who, camino, { method: 'HEAD', headers: { Prefer: `count=${count}` } })).range,
        ).toBe('*/0')
    }
  })
})

test('desde su contrato, la otra parte llega al lote asociado y no al del grafo', async () => {
  const camino = `contratos?select=codigo,lotes_asociados(lote_id,lotes(codigo,kg,productores(nombre),centros(nombre)))&id=eq.${contrato.id}`
  expect((await ask(people.ana, camino)).text).toMatch(SECRETO)
  const visto = await ask(people.carlos, camino)
  expect(visto.status, visto.text).toBe(200)
  expect(JSON.parse(visto.text)[0].lotes_asociados).toMatchObject([{ lotes: null }])
  expect(visto.text).not.toMatch(SECRETO)
  // A filter on what is not seen finds nothing either.
  for (const filtro of ['lotes.kg=gt.4000', `lotes.codigo=eq.${lote.codigo}`, 'lotes.kg=lt.4000']) {
    const hallado = await ask(
      people.carlos,
      `lotes_asociados?select=id,lotes!inner(kg)&contrato_id=eq.${contrato.id}&${filtro}`,
    )
    expect([filtro, hallado.text]).toEqual([filtro, '[]'])
  }
  for (const who of [people.rita, people.cesar]) expect((await ask(who, camino)).text).toBe('[]')
})

test.each([
  ['saldo_kg', () => ({ lote: { id: lote.id, empresa_id: people.rita.empresa!.id } })],
  ['origen_de_lote', () => ({ lote: lote.id, detalle: true })],
  ['destino_de_lote', () => ({ lote: lote.id, detalle: true })],
  ['inventario', () => ({ centro_id: centro })],
  ['retener_lote', () => ({ lote: lote.id, motivo: 'Curiosidad' })],
  ['proponer_ajuste', () => ({ lote: lote.id, kg_contado: 1, motivo: 'Curiosidad' })],
  ['anular_operacion', () => ({ operacion: lote.operacion_id, motivo: 'Curiosidad' })],
])('por la función %s no se sabe nada', async (nombre, pedido) => {
  for (const who of [people.rita, people.carlos]) {
    const body = JSON.stringify(pedido())
    const headers = { 'Content-Type': 'application/json' }
    const { status, text } = await ask(who, `rpc/${nombre}`, { method: 'POST', body, headers })
    expect(text).not.toMatch(SECRETO)
    if (status === 200) expect(text).toBe('null')
    else expect([400, 403, 404]).toContain(status)
  }
})
