import { beforeAll, describe, expect, test } from 'vitest'
import { sql } from '../support/sql.ts'
import { call, makePeople, makePerson, type People, type Person } from './support.ts'

let people: People
beforeAll(async () => {
  people = await makePeople()
})

const crear = (quien: Person | null, json: unknown, headers?: Record<string, string>) =>
  call(quien, 'POST', '/parametros', { json, ...(headers && { headers }) })
const listar = async (quien: Person, consulta = '') =>
  (await call(quien, 'GET', `/parametros?limite=100${consulta}`)).body.parametros
const costo = (usd: unknown, desde: string, hasta?: string | null) => ({
  tipo: 'costo_qq',
  valor: { usd },
  desde,
  ...(hasta !== undefined && { hasta }),
})

describe('los parámetros', () => {
  test('de una empresa rigen para ella desde su día, y el abierto de antes termina', async () => {
    const { ana, rita, jose } = people
    const primero = await crear(ana, costo('15.50', '2024-01-01'))
    expect(primero.body).toMatchObject({
      tipo: 'costo_qq',
      variante: '',
      valor: { usd: 15.5 },
      hasta: null,
      propio: true,
    })
    expect(primero.headers.get('location')).toBe(`parametros/${primero.body.id}`)
    expect(primero.status).toBe(201)
    await crear(ana, costo(16, '2025-01-01'))
    const en = async (quien: Person, fecha: string) =>
      (await listar(quien, `&tipo=costo_qq&fecha=${fecha}`)).map((p: { valor: unknown }) => p.valor)
    expect(await en(ana, '2024-12-31')).toEqual([{ usd: 15.5 }])
    expect(await en(ana, '2025-01-01')).toEqual([{ usd: 16 }])
    expect(await en(ana, '2023-12-31')).toEqual([])
    for (const otro of [rita, jose, people.carlos, people.teresa])
      expect(await en(otro, '2025-01-01')).toEqual([])
    expect((await listar(ana, '&propios=true')).map((p: { hasta: string }) => p.hasta)).toEqual([
      null,
      '2025-01-01',
    ])
  })

  test('de todas los ve cualquiera que haya entrado; un administrador los escribe', async () => {
    const json = {
      tipo: 'retencion',
      variante: `prueba_${Date.now()}`,
      valor: { porcentaje: '0.30' },
      desde: '2030-01-01',
      hasta: '2030-02-01',
    }
    const { body, status } = await crear(people.teresa, json)
    expect([status, body.propio]).toEqual([201, false])
    for (const quien of [people.ana, people.jose, people.rita])
      expect(await listar(quien, '&propios=false&fecha=2030-01-15&tipo=retencion')).toContainEqual(body)
    for (const method of ['PUT', 'DELETE'])
      expect(
        (
          await call(
            people.ana,
            method,
            `/parametros/${body.id}`,
            method === 'PUT' ? { json: { desde: '2030-01-02' } } : {},
          )
        ).status,
      ).toBe(403)
    expect((await call(people.teresa, 'DELETE', `/parametros/${body.id}`)).status).toBe(204)
  })

  test('con una tabla de descuentos y una norma propias, con todas sus cifras', async () => {
    const tramos = Array.from({ length: 13 }, (_, i) => ({
      calificacion: i < 5 ? i : (i - 4) * 5,
      descuento: `${i}.25`,
    }))
    const tabla = await crear(people.carlos, {
      tipo: 'descuento_calificacion',
      valor: { tramos },
      desde: '2024-01-01',
    })
    expect(tabla.body.valor.tramos[12]).toEqual({ calificacion: 40, descuento: 12.25 })
    const grados = [{ grado: 'A', gramos_100: [130, '135.5'], moho_max: 1 }, { grado: 'B' }]
    const norma = await crear(people.carlos, {
      tipo: 'norma_calidad',
      variante: 'propia',
      valor: { edicion: '2025', grados },
      desde: '2024-01-01',
    })
    expect(norma.body.valor.grados[0]).toEqual({ grado: 'A', gramos_100: [130, 135.5], moho_max: 1 })
  })

  test('no se escriben dos para un día, ni dos veces con una Idempotency-Key', async () => {
    const { cesar } = people
    const clave = { 'idempotency-key': 'saco-1' }
    const saco = { tipo: 'saco', valor: { kg: 70 }, desde: '2024-01-01', hasta: '2025-01-01' }
    const [una, dos] = [await crear(cesar, saco, clave), await crear(cesar, saco, clave)]
    expect([una.status, dos.status, dos.text]).toEqual([201, 201, una.text])
    const otra = await crear(cesar, { ...saco, desde: '2024-06-01' })
    expect([otra.status, otra.body.clave, otra.body.errores[0].campo]).toEqual([
      409,
      'parametro_traslapado',
      'desde',
    ])
  })

  test('mientras nadie lo use se cambia y se quita; usado, solo termina', async () => {
    const { rita } = people
    const { id } = (await crear(rita, costo(15, '2024-01-01'))).body
    const put = (json: object) => call(rita, 'PUT', `/parametros/${id}`, { json })
    expect((await put({ valor: { usd: '15.25' }, hasta: '2025-01-01' })).body).toMatchObject({
      valor: { usd: 15.25 },
      hasta: '2025-01-01',
    })
    expect((await put({ hasta: null })).body.hasta).toBeNull()
    const ajeno = await put({ valor: { kg: 46 } })
    expect([ajeno.status, ajeno.body.errores[0].campo]).toEqual([422, 'valor'])
    await sql(`update public.parametros set usado_hasta = '2024-06-15' where id = $1`, [id])
    for (const json of [{ valor: { usd: 16 } }, { desde: '2023-01-01' }, { hasta: '2024-06-15' }])
      expect((await put(json)).body.clave).toBe('parametro_usado')
    expect((await call(rita, 'DELETE', `/parametros/${id}`)).body.clave).toBe('parametro_usado')
    expect((await put({ hasta: '2024-06-16' })).body.hasta).toBe('2024-06-16')
  })

  test('de otra empresa no existen', async () => {
    const { id } = (await crear(people.ana, { tipo: 'quintal', valor: { kg: 46 }, desde: '2024-01-01' })).body
    for (const quien of [people.rita, people.carlos, people.jose, people.teresa]) {
      const put = await call(quien, 'PUT', `/parametros/${id}`, { json: { desde: '2024-02-01' } })
      const quitar = await call(quien, 'DELETE', `/parametros/${id}`)
      expect([put.body.clave, quitar.body.clave]).toEqual(['parametro_no_existe', 'parametro_no_existe'])
    }
    expect((await call(people.ana, 'DELETE', `/parametros/${id}`)).status).toBe(204)
    expect((await call(people.ana, 'DELETE', `/parametros/${id}`)).status).toBe(404)
  })

  test('no los escribe un proveedor, ni ve ninguno quien no tiene cuenta', async () => {
    expect((await crear(people.jose, costo(15, '2024-01-01'))).body.clave).toBe('parametro_sin_permiso')
    const nadie = await makePerson(null)
    expect((await crear(nadie, costo(15, '2024-01-01'))).body.clave).toBe('sin_empresa')
    expect((await call(nadie, 'GET', '/parametros')).body.clave).toBe('sin_empresa')
    expect((await call(null, 'GET', '/parametros')).status).toBe(401)
  })

  test.each([
    [costo('1,5', '2024-01-01'), 'valor.usd'],
    [costo('1.2.3', '2024-01-01'), 'valor.usd'],
    [costo(-1, '2024-01-01'), 'valor.usd'],
    [costo(null, '2024-01-01'), 'valor.usd'],
    [costo(15, '2024-02-30'), 'desde'],
    [{ ...costo(15, '2024-01-01'), empresa_id: 1 }, 'empresa_id'],
    [{ ...costo(15, '2024-01-01'), variante: 'x' }, 'variante'],
    [{ ...costo(15, '2024-01-01'), tipo: 'peso' }, 'tipo'],
    [{ tipo: 'rendimiento', valor: { factor: 0.4 }, desde: '2024-01-01' }, 'variante'],
    [{ tipo: 'quintal', valor: { kg: 46, lb: 100 }, desde: '2024-01-01' }, 'valor.lb'],
    [{ tipo: 'humedad_objetivo', valor: { porcentaje: 100 }, desde: '2024-01-01' }, 'valor.porcentaje'],
    [{ tipo: 'descuento_calificacion', valor: { tramos: [] }, desde: '2024-01-01' }, 'valor.tramos'],
    [costo(15, '2024-01-01', '2024-01-01'), 'hasta'],
  ])('%j se rechaza por %s', async (json, campo) => {
    const { status, body } = await crear(people.ana, json)
    expect([status, body.errores?.[0]?.campo]).toEqual([422, campo])
  })
})
