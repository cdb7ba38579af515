import { beforeAll, describe, expect, test } from 'vitest'
import { sql } from '../support/sql.ts'
import { call, makeContrato, makeEmpresa, makePeople, type People, type Person } from './support.ts'

let people: People
let contrato: { id: number; codigo: string }

const testigos = () => `/contratos/${contrato.codigo}/testigos`
const nuevo = async (quien: Person = people.ana) =>
  (await call(quien, 'POST', testigos(), { json: {} })).body as { id: number }

beforeAll(async () => {
  people = await makePeople()
  contrato = await makeContrato(people)
})

describe('quién abre y cierra páginas', () => {
  test('las partes y un administrador; ni el proveedor asociado ni la rival', async () => {
    const { id } = await nuevo(people.carlos)
    expect((await call(people.teresa, 'POST', testigos(), { json: {} })).status).toBe(201)
    for (const [quien, clave] of [
      [people.jose, 'evidencia_sin_permiso'],
      [people.rita, 'contrato_no_existe'],
      [people.cesar, 'contrato_no_existe'],
    ] as const)
      for (const [method, path, json] of [
        ['POST', testigos(), {}],
        ['GET', testigos(), undefined],
        ['DELETE', `${testigos()}/${id}`, undefined],
      ] as const)
        expect((await call(quien, method, path, { json })).body.clave).toBe(clave)
    expect((await call(null, 'POST', testigos(), { json: {} })).status).toBe(401)
    expect((await call(people.ana, 'DELETE', `${testigos()}/999999999`)).body.clave).toBe('testigo_no_existe')
    const otro = await makeContrato(people)
    expect((await call(people.ana, 'DELETE', `/contratos/${otro.codigo}/testigos/${id}`)).body.clave).toBe(
      'testigo_no_existe',
    )
    for (const _ of [1, 2]) expect((await call(people.ana, 'DELETE', `${testigos()}/${id}`)).status).toBe(204)
    expect(
      await sql(
        `select from privado.evidencias where cadena = $1 and tipo = 'testigo.revocado' and objeto = $2`,
        [contrato.id, `testigo/${id}`],
      ),
    ).toHaveLength(1)
  })

  test('lo que se retiró se dice así, se prueba y se cierra', async () => {
    const extrania = await makeEmpresa('centro_acopio')
    const propuesto = await makeContrato(people, { contraparte_id: extrania.id, proveedores: [] })
    const base = `/contratos/${propuesto.codigo}`
    const { id, testigo } = (await call(people.ana, 'POST', `${base}/testigos`, { json: {} })).body
    const pagina = async () => (await call(null, 'GET', `/v/${propuesto.codigo}/${testigo}?l=es`)).text
    expect(await pagina()).toContain('<dt>Estado</dt><dd>En revisión</dd>')
    expect((await call(people.ana, 'POST', `${base}/retirar`, { json: {} })).status).toBe(200)
    expect(await pagina()).toContain('<dt>Estado</dt><dd>Retirado</dd>')
    expect((await call(people.ana, 'GET', `${base}/expediente`)).status).toBe(200)
    expect((await call(people.carlos, 'DELETE', `${base}/testigos/${id}`)).body.clave).toBe(
      'contrato_no_existe',
    )
    expect((await call(people.ana, 'DELETE', `${base}/testigos/${id}`)).status).toBe(204)
    expect((await call(null, 'GET', `/v/${propuesto.codigo}/${testigo}`)).status).toBe(404)
    // Nothing else changes of it.
    expect(
      (await call(people.ana, 'POST', `${base}/lote`, { json: { peso_qq: 60, humedad: 7 } })).body.clave,
    ).toBe('contrato_rechazado')
  })

  test('el vencimiento es por venir', async () => {
    for (const vence_en of ['2020-01-01T00:00:00Z', '2100-01-01T00:00:00Z'])
      expect((await call(people.ana, 'POST', testigos(), { json: { vence_en } })).body).toMatchObject({
        clave: 'testigo_vencimiento_invalido',
        errores: [{ campo: 'vence_en' }],
      })
    expect(
      (await call(people.ana, 'POST', testigos(), { json: { vence_en: 'mañana' } })).body.errores[0].campo,
    ).toBe('vence_en')
    const dentroDeUnAnio = new Date(Date.now() + 365 * 86_400_000).toISOString()
    expect((await call(people.ana, 'POST', testigos(), { json: { vence_en: dentroDeUnAnio } })).status).toBe(
      201,
    )
  })

  test('de un contrato hay 50 a la vez como máximo, también si se piden juntas', async () => {
    const otro = await makeContrato(people)
    const todas = await Promise.all(
      Array.from({ length: 60 }, () =>
        call(people.ana, 'POST', `/contratos/${otro.codigo}/testigos`, { json: {} }),
      ),
    )
    const estados = todas.map(({ status }) => status)
    expect([estados.filter((s) => s === 201).length, estados.filter((s) => s === 409).length]).toEqual([
      50, 10,
    ])
    const { body } = await call(people.ana, 'GET', `/contratos/${otro.codigo}/testigos?limite=30`)
    const { body: resto } = await call(
      people.ana,
      'GET',
      `/contratos/${otro.codigo}/testigos?limite=30&cursor=${body.siguiente}`,
    )
    expect([body.testigos.length, resto.testigos.length, resto.siguiente]).toEqual([30, 20, null])
  })
})
