import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { pdf } from '../support/pdf.ts'
import { sql } from '../support/sql.ts'
import { call, makeContrato, makePeople, makePerson, type People, upload } from './support.ts'

let people: People
beforeAll(async () => {
  people = await makePeople()
})

const crear = (clave: string, volumen_tm: unknown = 5, quien = people.ana) =>
  call(quien, 'POST', '/contratos', {
    json: { contraparte_id: people.centro.id, volumen_tm },
    headers: { 'idempotency-key': clave },
  })

describe('Idempotency-Key', () => {
  test('la misma petición da la primera respuesta, cabeceras y cifras incluidas', async () => {
    const clave = randomUUID()
    const primera = await crear(clave, '5.50')
    const segunda = await crear(clave, '5.50')
    expect([primera.status, segunda.status]).toEqual([201, 201])
    expect(segunda.text).toBe(primera.text)
    expect(primera.text).toContain('"volumen_tm":5.50,')
    for (const cabecera of ['location', 'etag'])
      expect(segunda.headers.get(cabecera)).toBe(primera.headers.get(cabecera))
    expect([primera, segunda].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([
      null,
      'true',
    ])
  })

  test('otra petición con la misma clave se rechaza', async () => {
    const clave = randomUUID()
    const { body } = await crear(clave)
    const otra = await crear(clave, 6)
    expect([otra.status, otra.body.clave]).toEqual([422, 'idempotencia_distinta'])
    const enOtraRuta = await call(people.ana, 'POST', `/contratos/${body.codigo}/lote`, {
      json: { peso_qq: 1, humedad: 1 },
      headers: { 'idempotency-key': clave },
    })
    expect(enOtraRuta.body.clave).toBe('idempotencia_distinta')
  })

  test('a la vez, la misma clave crea una vez', async () => {
    const clave = randomUUID()
    const respuestas = await Promise.all(Array.from({ length: 10 }, () => crear(clave)))
    expect(respuestas.map(({ status }) => status)).toEqual(Array(10).fill(201))
    expect(new Set(respuestas.map(({ text }) => text)).size).toBe(1)
  })

  test('lo que falló no ocupa la clave', async () => {
    const clave = randomUUID()
    expect((await crear(clave, 0)).status).toBe(422)
    const sinContraparte = await call(people.ana, 'POST', '/contratos', {
      json: { contraparte_id: 999_999_999, volumen_tm: 5 },
      headers: { 'idempotency-key': clave },
    })
    expect(sinContraparte.body.clave).toBe('contraparte_invalida')
    expect((await crear(clave)).status).toBe(201)
  })

  test('es de cada usuario', async () => {
    const clave = randomUUID()
    const colega = await makePerson(people.exportadora)
    const [una, otra] = [await crear(clave), await crear(clave, 5, colega)]
    expect(una.body.codigo).not.toBe(otra.body.codigo)
  })

  test('dura 24 horas', async () => {
    const clave = randomUUID()
    const primera = await crear(clave)
    await sql(
      `update privado.idempotencia set creado_en = now() - interval '24 hours 1 second' where clave = $1`,
      [clave],
    )
    expect((await crear(clave, 7)).body.codigo).not.toBe(primera.body.codigo)
  })

  test('vale para los lotes', async () => {
    const { codigo } = await makeContrato(people)
    const asociar = (peso_qq: number) =>
      call(people.ana, 'POST', `/contratos/${codigo}/lote`, {
        json: { peso_qq, humedad: 7 },
        headers: { 'idempotency-key': `lote-${codigo}` },
      })
    const [una, dos, otra] = [await asociar(60), await asociar(60), await asociar(61)]
    expect([una.text, una.body.codigo_lote]).toEqual([dos.text, 'LT-0001'])
    expect(otra.status).toBe(422)
  })

  test('vale para los documentos: cuentan los campos y los bytes', async () => {
    const { codigo } = await makeContrato(people)
    const archivo = pdf()
    const cargar = (partes: Record<string, string | Uint8Array>) =>
      upload(people.ana, codigo, partes, 'a.pdf', { 'idempotency-key': `doc-${codigo}` })
    const respuestas = await Promise.all([1, 2, 3].map(() => cargar({ tipo: 'factura', archivo })))
    expect(respuestas.map(({ status }) => status)).toEqual([201, 201, 201])
    expect(new Set(respuestas.map(({ text }) => text)).size).toBe(1)
    expect((await cargar({ tipo: 'pago', archivo })).body.clave).toBe('idempotencia_distinta')
    expect((await cargar({ tipo: 'factura', archivo: pdf() })).body.clave).toBe('idempotencia_distinta')
    const objetos = await sql(`select name from storage.objects where name like $1 || '/%'`, [codigo])
    expect(objetos).toEqual([{ name: `${codigo}/factura_001.pdf` }])
  })

  test.each(['con espacio', 'ñ', 'x'.repeat(256), ''])('la clave %j se rechaza', async (clave) => {
    const { status, body } = await crear(clave)
    expect([status, body.clave, body.errores[0].campo]).toEqual([
      422,
      'idempotencia_clave_invalida',
      'Idempotency-Key',
    ])
  })
})
