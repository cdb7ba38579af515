import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { sql } from '../support/sql.ts'
import { call, makePeople, type People } from './support.ts'

let people: People
let centro: number
beforeAll(async () => {
  people = await makePeople()
  const { data, error } = await people.ana.supabase
    .from('centros')
    .insert({ codigo: 'VIN', nombre: 'Vinces', tipo: 'acopio' })
    .select('id')
    .single()
  if (error) throw error
  centro = data.id
})

const operar = (quien: keyof People, json: object, headers = {}) =>
  call(people[quien] as People['ana'], 'POST', '/operaciones', { json, headers })
/** A lot that Ana receives. */
async function recibir(kg: number | string = 1000, datos: object = {}) {
  const salidas = [{ kg, condicion: 'seco', humedad_pct: 7, ...datos }]
  const { body, status, text } = await operar('ana', { tipo: 'recibir', centro_id: centro, salidas })
  expect(status, text).toBe(201)
  return body.lotes[0] as { id: string; codigo: string; operacion_id: string }
}

describe('registrar una operación', () => {
  test('recibe, mezcla y embarca; los kilos llegan con sus decimales', async () => {
    const [a, b] = [await recibir('1000.125'), await recibir(500)]
    const mezcla = await operar('ana', { tipo: 'mezclar', entradas: [{ lote: a.codigo }, { lote: b.id }] })
    expect(mezcla.status).toBe(201)
    expect(mezcla.text).toContain('"kg": 1500.125')
    expect(mezcla.headers.get('location')).toBe(`operaciones/${mezcla.body.operacion.id}`)
    const [lote] = mezcla.body.lotes
    const embarque = await operar('ana', { tipo: 'embarcar', entradas: [{ lote: lote.id, kg: '1000' }] })
    expect([embarque.status, embarque.body.lotes[0].embarcado]).toEqual([201, true])
    const visto = await call(people.ana, 'GET', `/lotes/${lote.codigo}`)
    expect(visto.body).toMatchObject({
      saldo_kg: 500.125,
      usos: [{ tipo: 'embarcar', kg: 1000, anulada: false }],
    })
    const operacion = await call(people.ana, 'GET', `/operaciones/${mezcla.body.operacion.id}`)
    expect(operacion.body.entradas.map(({ codigo }: { codigo: string }) => codigo).sort()).toEqual(
      [a.codigo, b.codigo].sort(),
    )
    expect(operacion.body.salidas).toMatchObject([{ codigo: lote.codigo, kg: 1500.125, condicion: 'seco' }])
  })

  test('repetida con su id, o con la misma Idempotency-Key, es una sola', async () => {
    const json = {
      tipo: 'recibir',
      centro_id: centro,
      salidas: [{ kg: 10, condicion: 'baba' }],
      id: randomUUID(),
    }
    const [una, otra] = [await operar('ana', json), await operar('ana', json)]
    expect(otra.body.lotes).toEqual(una.body.lotes)
    const distinta = await operar('ana', { ...json, salidas: [{ kg: 11, condicion: 'baba' }] })
    expect([distinta.status, distinta.body.clave]).toEqual([409, 'operacion_distinta'])
    const headers = { 'idempotency-key': randomUUID() }
    const { id: _, ...sinId } = json
    const [primera, segunda] = [await operar('ana', sinId, headers), await operar('ana', sinId, headers)]
    expect(segunda.text).toBe(primera.text)
    expect(segunda.headers.get('location')).toBe(primera.headers.get('location'))
  })

  test.each([
    [{ tipo: 'tostar' }, 'tipo'],
    [{ tipo: 'mezclar', entradas: [{ lote: 'LT-1' }] }, 'entradas[0].lote'],
    [{ tipo: 'merma', entradas: [{ lote: randomUUID(), kg: '1.2345' }] }, 'entradas[0].kg'],
    [{ tipo: 'recibir', salidas: [{ kg: 1, condicion: 'seco', peso: 1 }] }, 'salidas[0].peso'],
    [{ tipo: 'recibir', salidas: [{ kg: 1, condicion: 'mojado' }] }, 'salidas[0].condicion'],
    [{ tipo: 'recibir', perdidas: [{ causa: 'agua', kg: 0 }] }, 'perdidas[0].kg'],
    [{ tipo: 'recibir', en: '2026-02-30T10:00:00Z' }, 'en'],
    [{ tipo: 'recibir', id: 'uno' }, 'id'],
    [{ tipo: 'recibir', contrato_id: -1 }, 'contrato_id'],
    [{ tipo: 'recibir', salidas: [{ kg: 1, condicion: 'seco' }] }, 'centro_id'],
  ])('con %j dice qué campo está mal', async (json, campo) => {
    const { status, body } = await operar('ana', json)
    expect([status, body.errores?.[0].campo]).toEqual([422, campo])
  })

  test('lo que dice la base de datos nombra el campo dentro de su lista', async () => {
    const lote = await recibir(10)
    const { status, body } = await operar('ana', { tipo: 'merma', entradas: [{ lote: lote.id, kg: 11 }] })
    expect([status, body.clave, body.errores]).toMatchObject([
      409,
      'saldo_insuficiente',
      [{ campo: 'entradas[0].kg' }],
    ])
    expect((await call(people.ana, 'GET', `/lotes/${lote.id}`)).body.saldo_kg).toBe(10)
  })

  test('un proveedor y un administrador no registran, y la rival no usa el lote', async () => {
    const lote = await recibir(10)
    const json = { tipo: 'merma', entradas: [{ lote: lote.id }], perdidas: [{ causa: 'robo', kg: 10 }] }
    for (const quien of ['jose', 'teresa'] as const) {
      const { status, body } = await operar(quien, json)
      expect([status, body.clave]).toEqual([403, 'grafo_sin_permiso'])
    }
    const ajeno = await operar('rita', json)
    const inventado = await operar('rita', { ...json, entradas: [{ lote: randomUUID() }] })
    expect([ajeno.status, ajeno.text]).toEqual([404, inventado.text])
  })
})

describe('las listas', () => {
  test('de lotes, por página y con sus filtros, también como CSV', async () => {
    const certificaciones = [`=Orgánico ${randomUUID().slice(0, 8)}`]
    const lotes: { codigo: string }[] = []
    for (const kg of [1, 2, 3]) lotes.push(await recibir(kg, { certificaciones }))
    const filtro = `certificacion=${encodeURIComponent(certificaciones[0]!)}`
    const primera = await call(people.ana, 'GET', `/lotes?${filtro}&limite=2`)
    const segunda = await call(
      people.ana,
      'GET',
      `/lotes?${filtro}&limite=2&cursor=${primera.body.siguiente}`,
    )
    expect([...primera.body.lotes, ...segunda.body.lotes].map(({ codigo }) => codigo)).toEqual(
      lotes.map(({ codigo }) => codigo).reverse(),
    )
    expect(segunda.body.siguiente).toBeNull()
    const contar = async (mas: string) =>
      (await call(people.ana, 'GET', `/lotes?${filtro}&${mas}`)).body.lotes.length
    const codigo = lotes[0]!.codigo
    await operar('ana', { tipo: 'merma', entradas: [{ lote: codigo }], perdidas: [{ causa: 'robo', kg: 1 }] })
    expect(await contar('con_saldo=true')).toBe(2)
    expect(await contar('con_saldo=false')).toBe(1)
    expect(await contar(`codigo=${codigo}`)).toBe(1)
    expect(await contar(`centro=${centro}&condicion=seco&retenido=false`)).toBe(3)
    expect(await contar('condicion=baba')).toBe(0)
    expect(await contar('hasta=2020-01-01')).toBe(0)
    const csv = await call(people.ana, 'GET', `/lotes?${filtro}&formato=csv&limite=1`)
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(csv.headers.get('link')).toMatch(/rel="next"/)
    expect(csv.text).toContain(`'${certificaciones[0]}`)
  })

  test('de operaciones, por lote, y como eventos EPCIS', async () => {
    const lote = await recibir(10)
    await operar('ana', {
      tipo: 'merma',
      entradas: [{ lote: lote.id, kg: 1 }],
      perdidas: [{ causa: 'robo', kg: 1 }],
    })
    const { body } = await call(people.ana, 'GET', `/operaciones?lote=${lote.codigo}`)
    expect(body.operaciones.map(({ tipo }: { tipo: string }) => tipo)).toEqual(['merma', 'recibir'])
    const una = await call(people.ana, 'GET', `/operaciones?lote=${lote.id}&centro=${centro}&tipo=recibir`)
    expect(una.body.operaciones).toHaveLength(1)
    const { text } = await call(people.ana, 'GET', `/operaciones?lote=${lote.id}`, {
      headers: { accept: 'application/ld+json' },
    })
    const documento = JSON.parse(text)
    expect(documento.epcisBody.eventList.map(({ action }: { action: string }) => action)).toEqual([
      'ADD',
      'DELETE',
    ])
    expect(documento.epcisBody.eventList[0].quantityList).toEqual([
      {
        epcClass: expect.stringMatching(new RegExp(`/functions/v1/lotes/${lote.id}$`)),
        quantity: 10,
        uom: 'KGM',
      },
    ])
  })

  test.each([
    ['/lotes?limite=0', 'limite'],
    ['/lotes?con_saldo=si', 'con_saldo'],
    ['/lotes?codigo=CT', 'codigo'],
    ['/lotes?desde=2026-02-01&hasta=2026-01-01', 'hasta'],
    ['/lotes?formato=xml', 'formato'],
    ['/operaciones?lote=x', 'lote'],
    ['/operaciones?tipo=vender', 'tipo'],
  ])('%s dice qué parámetro está mal', async (ruta, campo) => {
    const { status, body } = await call(people.ana, 'GET', ruta)
    expect([status, body.errores[0].campo]).toEqual([400, campo])
  })
})

describe('el recorrido de un lote', () => {
  test('dice origen y destino, en JSON, CSV y EPCIS', async () => {
    const [a, b] = [await recibir(1000), await recibir(500)]
    const { body } = await operar('ana', { tipo: 'mezclar', entradas: [{ lote: a.id }, { lote: b.id }] })
    const mezcla = body.lotes[0].codigo
    const origen = await call(people.ana, 'GET', `/lotes/${mezcla}/origen?detalle=true`)
    expect(origen.body.origenes).toMatchObject([
      { codigo: a.codigo, kg: 1000, clase: 'recibido' },
      { codigo: b.codigo, kg: 500, parte: 0.333333333333 },
    ])
    expect(origen.body.operaciones).toHaveLength(3)
    const destino = await call(people.ana, 'GET', `/lotes/${a.codigo}/destino`)
    expect(destino.body).toMatchObject({
      truncado: false,
      destinos: [{ codigo: mezcla, kg: 1000, estado: 'en centro' }],
    })
    const csv = await call(people.ana, 'GET', `/lotes/${mezcla}/origen`, { headers: { accept: 'text/csv' } })
    expect(csv.text.split('\r\n')).toHaveLength(4)
    expect(csv.text.split('\r\n')[1]).toMatch(new RegExp(`^${a.codigo},recibido,0.6666666666`))
    for (const [ruta, eventos] of [
      [`/lotes/${mezcla}/origen?formato=epcis`, ['ObjectEvent', 'ObjectEvent', 'TransformationEvent']],
      [`/lotes/${a.id}/destino?formato=epcis`, ['ObjectEvent', 'TransformationEvent']],
    ] as const) {
      const { text } = await call(people.ana, 'GET', ruta)
      expect(JSON.parse(text).epcisBody.eventList.map(({ type }: { type: string }) => type)).toEqual(eventos)
    }
    for (const ruta of ['origen', 'destino', 'origen?formato=epcis'])
      expect((await call(people.rita, 'GET', `/lotes/${a.id}/${ruta}`)).status).toBe(404)
  })
})

test('el inventario cuadra, y es también una tabla y eventos', async () => {
  await recibir(10)
  const hoy = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Guayaquil' }).format(new Date())
  const ruta = `/inventario?centro=${centro}&desde=${hoy}&hasta=${hoy}`
  const { body } = await call(people.ana, 'GET', ruta)
  expect(body).toMatchObject({ centro: { codigo: 'VIN' }, inicial_kg: 0, diferencia_kg: 0 })
  const csv = await call(people.ana, 'GET', `${ruta}&formato=csv`)
  expect(csv.text).toContain(`entradas,recepcion,${body.entradas.recepcion}\r\n`)
  const { text } = await call(people.ana, 'GET', `${ruta}&formato=epcis`)
  expect(JSON.parse(text).epcisBody.eventList.length).toBeGreaterThan(0)
  const ajeno = await call(people.rita, 'GET', ruta)
  expect([ajeno.status, ajeno.body.errores]).toEqual([
    404,
    [{ campo: 'centro', mensaje: 'No existe ese centro.' }],
  ])
  expect((await call(people.ana, 'GET', `${ruta}&formato=xml`)).status).toBe(400)
})

test('los indicadores de producción son de quien pregunta', async () => {
  await recibir(10)
  const { body } = await call(people.ana, 'GET', '/kpis/produccion')
  expect(body.recepciones.kg).toBeGreaterThan(0)
  expect((await call(people.rita, 'GET', '/kpis/produccion')).body.stock).toEqual([])
})

describe('retener y anular', () => {
  test('un lote retenido no se consume; levantada la retención, sí', async () => {
    const lote = await recibir(10)
    const ruta = `/lotes/${lote.codigo}/retencion`
    const retenido = await call(people.ana, 'POST', ruta, { json: { motivo: 'Olor a humo.' } })
    expect(retenido.body).toMatchObject({ retenido: true, retenciones: [{ motivo: 'Olor a humo.' }] })
    const json = { tipo: 'merma', entradas: [{ lote: lote.id }], perdidas: [{ causa: 'robo', kg: 10 }] }
    expect((await operar('ana', json)).body.clave).toBe('lote_retenido')
    expect(
      (await call(people.rita, 'DELETE', `/lotes/${lote.id}/retencion`, { json: { motivo: 'x' } })).status,
    ).toBe(404)
    const libre = await call(people.ana, 'DELETE', ruta, { json: { motivo: 'No era.' } })
    expect(libre.body).toMatchObject({ retenido: false, retenciones: [{ levantada_motivo: 'No era.' }] })
    expect((await operar('ana', json)).status).toBe(201)
  })

  test('una operación anulada devuelve lo que tomó, y EPCIS la declara un error', async () => {
    const lote = await recibir(10)
    const perdidas = [{ causa: 'robo', kg: 4 }]
    const { body } = await operar('ana', { tipo: 'merma', entradas: [{ lote: lote.id, kg: 4 }], perdidas })
    const ruta = `/operaciones/${body.operacion.id}/anular`
    const json = { motivo: 'Fue otro lote.' }
    expect((await call(people.rita, 'POST', ruta, { json })).status).toBe(404)
    expect((await call(people.ana, 'POST', ruta, { json: {} })).body.errores[0].campo).toBe('motivo')
    expect((await call(people.ana, 'POST', ruta, { json })).status).toBe(201)
    const visto = await call(people.ana, 'GET', `/lotes/${lote.id}`)
    expect(visto.body).toMatchObject({ saldo_kg: 10, usos: [{ anulada: true }] })
    const { text } = await call(people.ana, 'GET', `/operaciones?lote=${lote.id}&formato=epcis`)
    expect(JSON.parse(text).epcisBody.eventList.map((e: object) => 'errorDeclaration' in e)).toEqual([
      false,
      false,
      true,
    ])
  })
})

describe('la empresa rival', () => {
  test('no ve nada: ni por id, ni por código, ni en las listas', async () => {
    const lote = await recibir(10)
    for (const quien of [people.rita, people.cesar, people.carlos]) {
      for (const ruta of [`/lotes/${lote.id}`, `/lotes/${lote.codigo}`, `/operaciones/${lote.operacion_id}`])
        expect((await call(quien, 'GET', ruta)).status).toBe(404)
      for (const mas of ['', `?empresa=${people.exportadora.id}`]) {
        expect((await call(quien, 'GET', `/lotes${mas}`)).body.lotes).toEqual([])
        expect((await call(quien, 'GET', `/operaciones${mas}`)).body.operaciones).toEqual([])
      }
      expect((await call(quien, 'GET', `/operaciones?lote=${lote.id}`)).body.operaciones).toEqual([])
    }
    const { status } = await call(people.teresa, 'GET', `/lotes/${lote.id}`)
    expect(status).toBe(200)
    const suyos = await call(people.teresa, 'GET', `/lotes?empresa=${people.exportadora.id}&limite=1`)
    expect(suyos.body.lotes).toHaveLength(1)
  })

  test('sin sesión, o sin cuenta activa, no hay lotes', async () => {
    for (const ruta of ['/lotes', '/operaciones', `/lotes/${randomUUID()}`])
      expect((await call(null, 'GET', ruta)).status).toBe(401)
    const [{ n }] = (await sql('select count(*)::int as n from public.lotes')) as [{ n: number }]
    expect(n).toBeGreaterThan(0)
  })
})
