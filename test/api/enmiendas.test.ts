import { beforeAll, describe, expect, test } from 'vitest'
import { sql } from '../support/sql.ts'
import { call, makeContrato, makePeople, type People, type Person } from './support.ts'

let people: People
beforeAll(async () => {
  people = await makePeople()
})

const nuevo = (datos: object = { precio_fijado_tm: '5000.00' }) => makeContrato(people, datos)
const editar = (quien: Person, codigo: string, json: object, headers = {}) =>
  call(quien, 'PUT', `/contratos/${codigo}`, { json, headers })
const proponer = (quien: Person, codigo: string, cambios: object, mas: object = {}, headers = {}) =>
  call(quien, 'POST', `/contratos/${codigo}/enmiendas`, { json: { cambios, ...mas }, headers })
const paso = (quien: Person, codigo: string, que: string, json?: object) =>
  call(quien, 'POST', `/contratos/${codigo}/enmiendas/${que}`, json ? { json } : {})
const ver = (quien: Person, codigo: string) => call(quien, 'GET', `/contratos/${codigo}`)

describe('PUT /contratos/{id} con un término', () => {
  test('lo propone, cambia lo demás en el acto y responde el contrato como está', async () => {
    const { codigo } = await nuevo()
    const { status, body, headers } = await editar(people.carlos, codigo, {
      precio_fijado_tm: '9000.00',
      observaciones: 'Subió Nueva York',
    })
    expect([status, body.precio_fijado_tm, body.observaciones]).toEqual([200, 5000, 'Subió Nueva York'])
    expect(body.enmienda_pendiente).toMatchObject({
      n: 1,
      de_version: 1,
      cambios: { precio_fijado_tm: '9000.00' },
      estado: 'propuesta',
      propuesta_por: people.carlos.id,
      propuesta_empresa: people.centro.id,
    })
    const leido = await ver(people.ana, codigo)
    expect(leido.body).toEqual(body)
    expect(leido.headers.get('etag')).toBe(headers.get('etag'))
    // To whoever is only associated, there is none.
    expect((await ver(people.jose, codigo)).body).toMatchObject({
      enmienda_pendiente: null,
      precio_fijado_tm: null,
      observaciones: 'Subió Nueva York',
    })
    const otra = await editar(people.ana, codigo, { volumen_tm: 9, observaciones: 'otra' })
    expect([otra.status, otra.body.clave]).toEqual([409, 'enmienda_pendiente'])
    expect((await ver(people.ana, codigo)).body.observaciones).toBe('Subió Nueva York')
  })

  test('con lo mismo que se leyó no propone nada', async () => {
    const { codigo } = await nuevo({ modalidad_precio: 'por fijar', calidad: 'ASE' })
    await call(people.ana, 'POST', `/contratos/${codigo}/fijaciones`, {
      json: { tm: 3, ny: 3000, diferencial: -700 },
    })
    const { body } = await ver(people.ana, codigo)
    expect(body.precio_fijado_tm).toBe(2300)
    const { volumen_tm, precio_fijado_tm, calidad, tolerancia_pct, modalidad_precio, cierre } = body
    const json = {
      volumen_tm,
      precio_fijado_tm,
      calidad,
      tolerancia_pct,
      modalidad_precio,
      cierre,
      observaciones: 'x',
    }
    expect((await editar(people.ana, codigo, json)).body).toMatchObject({
      observaciones: 'x',
      enmienda_pendiente: null,
    })
  })

  test('respeta la versión leída, y dice qué campo está mal', async () => {
    const { codigo, actualizado_en } = await nuevo()
    await editar(people.ana, codigo, { observaciones: 'antes' })
    const tarde = await editar(people.carlos, codigo, { volumen_tm: 9, actualizado_en })
    expect([tarde.status, tarde.body.clave]).toEqual([412, 'version_distinta'])
    expect((await ver(people.ana, codigo)).body.enmienda_pendiente).toBeNull()
    const mal = await editar(people.carlos, codigo, { dias_confirmacion: 61 })
    expect([mal.status, mal.body.errores[0].campo]).toEqual([422, 'dias_confirmacion'])
    const admin = await editar(people.teresa, codigo, { volumen_tm: 9 })
    expect([admin.status, admin.body.clave]).toEqual([403, 'enmienda_de_las_partes'])
  })
})

describe('una enmienda', () => {
  test('se propone, se acepta y rige; las dos partes la leen', async () => {
    const { codigo } = await nuevo()
    const propuesta = await proponer(
      people.ana,
      codigo,
      { volumen_tm: '210.50', fecha_entrega: '2027-01-31' },
      { nota: 'Otro barco' },
    )
    expect([propuesta.status, propuesta.body.nota]).toEqual([201, 'Otro barco'])
    const propia = await paso(people.ana, codigo, '1/aceptar')
    expect([propia.status, propia.body.clave]).toEqual([403, 'enmienda_propia'])
    const aceptada = await paso(people.carlos, codigo, '1/aceptar')
    expect(aceptada.body).toMatchObject({ estado: 'aceptada', respondida_por: people.carlos.id })
    const visto = await ver(people.ana, codigo)
    expect(visto.body).toMatchObject({ fecha_entrega: '2027-01-31', enmienda_pendiente: null })
    expect(visto.text).toContain('"volumen_tm":210.50,')
    expect((await paso(people.carlos, codigo, '1/aceptar')).body.clave).toBe('enmienda_respondida')
    const lista = await call(people.carlos, 'GET', `/contratos/${codigo}/enmiendas`)
    expect(lista.body).toEqual({ enmiendas: [aceptada.body], siguiente: null })
    expect((await call(people.jose, 'GET', `/contratos/${codigo}/enmiendas`)).body.enmiendas).toEqual([])
  })

  test('se rechaza con su motivo, y se retira por quien la propuso', async () => {
    const { codigo } = await nuevo()
    await proponer(people.ana, codigo, { volumen_tm: 300 })
    expect((await paso(people.carlos, codigo, '1/rechazar', {})).status).toBe(422)
    expect((await paso(people.carlos, codigo, '1/retirar')).body.clave).toBe('enmienda_ajena')
    expect((await paso(people.carlos, codigo, '1/rechazar', { motivo: 'No hay cacao' })).body).toMatchObject({
      estado: 'rechazada',
      motivo: 'No hay cacao',
    })
    await proponer(people.ana, codigo, { volumen_tm: 250 })
    expect((await paso(people.ana, codigo, '2/retirar')).body.estado).toBe('retirada')
    const { body } = await call(people.ana, 'GET', `/contratos/${codigo}/enmiendas?limite=1`)
    expect(body.enmiendas.map((e: { n: number }) => e.n)).toEqual([2])
    const otra = await call(
      people.ana,
      'GET',
      `/contratos/${codigo}/enmiendas?limite=1&cursor=${body.siguiente}`,
    )
    expect([otra.body.enmiendas[0].n, otra.body.siguiente]).toEqual([1, null])
  })

  test('repetida con la misma Idempotency-Key es una sola; veinte a la vez, una', async () => {
    const { codigo } = await nuevo()
    const headers = { 'idempotency-key': `enmienda-${codigo}` }
    const [una, otra] = [
      await proponer(people.ana, codigo, { volumen_tm: 300 }, {}, headers),
      await proponer(people.ana, codigo, { volumen_tm: 300 }, {}, headers),
    ]
    expect(otra.text).toBe(una.text)
    await paso(people.ana, codigo, '1/retirar')
    const quienes = Array.from({ length: 20 }, (_, i) => (i % 2 ? people.ana : people.carlos))
    const dichas = await Promise.all(
      quienes.map((quien, i) => proponer(quien, codigo, { volumen_tm: 300 + i })),
    )
    const claves = dichas.map(({ status, body }) => (status === 201 ? 'una' : body.clave)).sort()
    expect(claves).toEqual([...Array(19).fill('enmienda_pendiente'), 'una'])
  })

  test.each([
    [{ cambios: {} }, 'cambios'],
    [{}, 'cambios'],
    [{ cambios: { observaciones: 'x' } }, 'cambios.observaciones'],
    [{ cambios: { volumen_tm: '1e3' } }, 'cambios.volumen_tm'],
    [{ cambios: { precio_fijado_tm: 0 } }, 'cambios.precio_fijado_tm'],
    [{ cambios: { volumen_tm: 1 }, nota: '' }, 'nota'],
    [{ cambios: { volumen_tm: '200.0' } }, 'cambios'],
  ])('%j no se admite, y dice por qué campo', async (json, campo) => {
    const { codigo } = await nuevo()
    const { status, body } = await call(people.ana, 'POST', `/contratos/${codigo}/enmiendas`, { json })
    expect([status, body.errores[0].campo]).toEqual([422, campo])
  })

  test('la rival y quien no está no la encuentran; un proveedor y un administrador no la tocan', async () => {
    const { codigo } = await nuevo()
    await proponer(people.ana, codigo, { volumen_tm: 300 })
    for (const que of ['1/aceptar', '1/retirar'] as const) {
      expect((await paso(people.cesar, codigo, que)).body.clave).toBe('contrato_no_existe')
      expect((await paso(people.jose, codigo, que)).body.clave).toBe('enmienda_no_existe')
      expect((await paso(people.teresa, codigo, que)).body.clave).toBe('enmienda_de_las_partes')
    }
    for (const que of ['2/aceptar', '0/aceptar', 'x/aceptar'])
      expect((await paso(people.carlos, codigo, que)).body.clave).toBe('enmienda_no_existe')
    expect((await proponer(people.jose, codigo, { volumen_tm: 1 })).body.clave).toBe('enmienda_de_las_partes')
    expect((await proponer(people.rita, codigo, { volumen_tm: 1 })).body.clave).toBe('contrato_no_existe')
    expect((await call(null, 'GET', `/contratos/${codigo}/enmiendas`)).status).toBe(401)
  })
})

describe('por el SDK', () => {
  test('se propone y se acepta con rpc; el término no se escribe', async () => {
    const { id } = await nuevo()
    const { supabase } = people.ana
    for (const [tabla, clave, cambio, hint] of [
      ['contratos', 'id', { volumen_tm: 9 }, 'volumen_tm'],
      ['contratos_precios', 'contrato_id', { precio_fijado_tm: 9000 }, 'precio_fijado_tm'],
    ] as const) {
      const { error } = await supabase.from(tabla).update(cambio).eq(clave, id)
      expect([error?.code, error?.message, error?.hint]).toEqual([
        'PT409',
        'contrato_cambia_por_enmienda',
        hint,
      ])
    }
    for (const fila of [{ estado: 'aceptada' }, { cambios: {} }])
      expect((await supabase.from('enmiendas').update(fila).eq('contrato_id', id)).error?.code).toBe('42501')
    const { data } = await supabase.rpc('proponer_enmienda', {
      contrato_id: id,
      cambios: { volumen_tm: '9.50' },
    })
    expect(data).toMatchObject({ n: 1, cambios: { volumen_tm: '9.50' } })
    const de = (quien: Person) => quien.supabase.from('enmiendas').select('n').eq('contrato_id', id)
    expect((await de(people.jose)).data).toEqual([])
    expect((await de(people.cesar)).data).toEqual([])
    expect((await de(people.carlos)).data).toEqual([{ n: 1 }])
    const aceptada = await people.carlos.supabase.rpc('responder_enmienda', { id: data.id, acepta: true })
    expect(aceptada.data).toMatchObject({ estado: 'aceptada' })
    const fila = await people.jose.supabase.from('contratos').select('volumen_tm::text').eq('id', id).single()
    expect(fila.data).toEqual({ volumen_tm: '9.50' })
  })
})

describe('GET /contratos/{id}/versiones', () => {
  test('dice cada versión, quién la propuso y quién la aceptó, y en qué se distinguen dos', async () => {
    const { codigo, id } = await nuevo({ precio_fijado_tm: '5000.00', calidad: 'ASE' })
    await proponer(people.ana, codigo, { volumen_tm: '210', calidad: null })
    await paso(people.carlos, codigo, '1/aceptar')
    await sql('update public.contratos set tolerancia_pct = 2.5 where id = $1', [id])
    const ruta = `/contratos/${codigo}/versiones`
    const { body } = await call(people.carlos, 'GET', ruta)
    expect(body.versiones.map((v: { n: number; origen: string }) => [v.n, v.origen])).toEqual([
      [3, 'sistema'],
      [2, 'enmienda'],
      [1, 'creacion'],
    ])
    expect(body.versiones[1]).toMatchObject({
      enmienda: 1,
      propuesta_por: people.ana.id,
      aceptada_por: people.carlos.id,
      terminos: { volumen_tm: '210', precio_fijado_tm: '5000.00', calidad: null },
    })
    const diferencia = await call(people.ana, 'GET', `${ruta}?de=1&a=3`)
    expect(diferencia.body).toEqual({
      de: 1,
      a: 3,
      diferencias: [
        { campo: 'volumen_tm', antes: '200', despues: '210' },
        { campo: 'calidad', antes: 'ASE', despues: null },
        { campo: 'tolerancia_pct', antes: '0', despues: '2.5' },
      ],
    })
    const pagina = await call(people.ana, 'GET', `${ruta}?limite=2`)
    const ultima = await call(people.ana, 'GET', `${ruta}?limite=2&cursor=${pagina.body.siguiente}`)
    expect([ultima.body.versiones.length, ultima.body.siguiente]).toEqual([1, null])
    expect((await call(people.ana, 'GET', `${ruta}?de=1&a=9`)).body.clave).toBe('version_no_existe')
    for (const mala of ['?de=1', '?a=1', '?de=0&a=1', '?de=x&a=1'])
      expect((await call(people.ana, 'GET', ruta + mala)).status).toBe(400)
    expect((await call(people.jose, 'GET', ruta)).body.versiones).toEqual([])
    expect((await call(people.jose, 'GET', `${ruta}?de=1&a=2`)).body.clave).toBe('version_no_existe')
    expect((await call(people.cesar, 'GET', ruta)).body.clave).toBe('contrato_no_existe')
  })
})

describe('confirmar una fijación', () => {
  test('la confirma la otra parte, y entonces cuenta en el precio', async () => {
    const { codigo } = await nuevo({ modalidad_precio: 'por fijar', dias_confirmacion: 3 })
    const ruta = `/contratos/${codigo}/fijaciones`
    const { body } = await call(people.ana, 'POST', ruta, { json: { tm: 50, ny: 3000, diferencial: -700 } })
    expect(body).toMatchObject({
      estado: 'por confirmar',
      empresa_id: people.exportadora.id,
      confirmada_en: null,
    })
    expect((await ver(people.ana, codigo)).body).toMatchObject({
      precio_fijado_tm: null,
      dias_confirmacion: 3,
      fijacion: { tm_fijadas: 50, tm_por_confirmar: 50, precio_promedio: null },
    })
    const confirmar = (quien: Person) => call(quien, 'POST', `${ruta}/${body.id}/confirmar`)
    expect((await confirmar(people.ana)).body.clave).toBe('fijacion_de_las_partes')
    expect((await confirmar(people.jose)).body.clave).toBe('fijacion_no_existe')
    expect((await confirmar(people.rita)).body.clave).toBe('contrato_no_existe')
    expect((await confirmar(people.carlos)).body).toMatchObject({
      estado: 'firme',
      confirmada_por: people.carlos.id,
    })
    expect((await ver(people.ana, codigo)).body).toMatchObject({
      precio_fijado_tm: 2300,
      fijacion: { tm_por_confirmar: 0, precio_promedio: 2300 },
    })
  })
})
