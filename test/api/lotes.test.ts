import { beforeAll, describe, expect, inject, test } from 'vitest'
import { call, makeContrato, makePeople, type People } from './support.ts'

let people: People
let codigo: string
beforeAll(async () => {
  people = await makePeople()
  codigo = (await makeContrato(people)).codigo
})

const asociar = (quien: People['ana'] | null, json: unknown, contrato = codigo) =>
  call(quien, 'POST', `/contratos/${contrato}/lote`, { json })
const editar = (quien: People['ana'], lote: string | number, json: unknown, contrato = codigo) =>
  call(quien, 'PUT', `/contratos/${contrato}/lotes/${encodeURIComponent(lote)}`, { json })

describe('asociar un lote', () => {
  test('responde 201 con su id, numerado cuando no trae código', async () => {
    const { codigo } = await makeContrato(people)
    const primero = await asociar(people.carlos, { peso_qq: '60.0', humedad: 7.5 }, codigo)
    expect(primero.status).toBe(201)
    expect(primero.body).toMatchObject({
      id: expect.any(Number),
      codigo_lote: 'LT-0001',
      estado: 'En tránsito',
    })
    expect(primero.text).toContain('"peso_qq":60.0,"humedad":7.5,')
    const segundo = await asociar(
      people.ana,
      { codigo_lote: ' Bodega 2/A ', peso_qq: 45, humedad: '7.20', estado: 'Recibido' },
      codigo,
    )
    expect(segundo.body).toMatchObject({ codigo_lote: 'Bodega 2/A', estado: 'Recibido' })
    const tercero = await asociar(people.ana, { codigo_lote: null, peso_qq: 1, humedad: 1 }, codigo)
    expect(tercero.body.codigo_lote).toBe('LT-0002')
    const { pathname } = new URL(
      tercero.headers.get('location')!,
      `${inject('stack').functionsUrl}/contratos/${codigo}/lote`,
    )
    expect((await call(people.ana, 'PUT', pathname, { json: { humedad: 2 } })).body.id).toBe(tercero.body.id)
  })

  test('el mismo código dos veces en un contrato es un conflicto que nombra el campo', async () => {
    await asociar(people.ana, { codigo_lote: 'LT-A', peso_qq: 1, humedad: 1 })
    const { status, body } = await asociar(people.ana, { codigo_lote: 'LT-A', peso_qq: 1, humedad: 1 })
    expect([status, body.clave, body.errores[0].campo]).toEqual([409, 'duplicado', 'codigo_lote'])
  })

  test('el código se compara sin mayúsculas y en NFC, también por el SDK, y queda el del primero', async () => {
    const { codigo, id: contrato_id } = await makeContrato(people)
    const lote = (codigo_lote: string) => asociar(people.ana, { codigo_lote, peso_qq: 1, humedad: 1 }, codigo)
    const [compuesta, descompuesta] = ['Pe\u00f1a', 'Pen\u0303a']
    for (const [primero, segundo] of [
      ['Finca-A', 'finca-a'],
      [compuesta, descompuesta],
    ] as const) {
      expect((await lote(primero)).body.codigo_lote).toBe(primero)
      const { status, body } = await lote(segundo)
      expect([status, body.clave, body.errores[0].campo]).toEqual([409, 'duplicado', 'codigo_lote'])
      const porSdk = await people.carlos.supabase
        .from('lotes_asociados')
        .insert({ contrato_id, codigo_lote: segundo, peso_qq: 1, humedad: 1 })
      expect([porSdk.status, porSdk.error?.code]).toEqual([409, '23505'])
      const editado = await editar(people.ana, segundo, { humedad: 2 }, codigo)
      expect([editado.status, editado.body.codigo_lote]).toEqual([200, primero])
    }
  })

  test('un proveedor no asocia lotes; la rival no sabe del contrato', async () => {
    const proveedor = await asociar(people.jose, { peso_qq: 1, humedad: 1 })
    expect([proveedor.status, proveedor.body.clave]).toEqual([403, 'lote_sin_permiso'])
    const rival = await asociar(people.rita, { peso_qq: 1, humedad: 1 })
    expect([rival.status, rival.body.clave]).toEqual([404, 'contrato_no_existe'])
    expect((await asociar(null, { peso_qq: 1, humedad: 1 })).status).toBe(401)
  })

  test.each([
    [{ peso_qq: 0, humedad: 7 }, ['peso_qq']],
    [{ peso_qq: 60, humedad: 0 }, ['humedad']],
    [{ peso_qq: 60, humedad: 100 }, ['humedad']],
    [{ peso_qq: 60.00001, humedad: 7.555 }, ['peso_qq', 'humedad']],
    [{ humedad: 7 }, ['peso_qq']],
    [{ peso_qq: 60, humedad: 7, estado: 'Perdido' }, ['estado']],
    [{ peso_qq: 60, humedad: 7, codigo_lote: '-x' }, ['codigo_lote']],
    [{ peso_qq: 60, humedad: 7, codigo_lote: 'x'.repeat(41) }, ['codigo_lote']],
    [{ peso_qq: 60, humedad: 7, contrato_id: 1 }, ['contrato_id']],
    [[1], ['']],
    [null, ['']],
    ['texto', ['']],
  ])('con %j dice qué campos están mal', async (json, campos) => {
    const { status, body } = await asociar(people.ana, json)
    expect(status).toBe(422)
    expect(body.errores.map(({ campo }: { campo: string }) => campo)).toEqual(campos)
  })
})

describe('editar un lote', () => {
  test('cambia humedad, peso y estado, por código o por id; el estado solo avanza', async () => {
    const { body: lote } = await asociar(people.ana, { codigo_lote: 'LT-9001', peso_qq: 60, humedad: 12 })
    expect((await editar(people.carlos, 'LT-9001', { humedad: '7.50', estado: 'Secado' })).text).toContain(
      '"humedad":7.50,',
    )
    const { body } = await editar(people.ana, lote.id, { peso_qq: 57.2 })
    expect(body).toMatchObject({ peso_qq: 57.2, humedad: 7.5, estado: 'Secado' })
    const atras = await editar(people.ana, 'LT-9001', { estado: 'Recibido' })
    expect([atras.status, atras.body.clave]).toEqual([409, 'lote_no_retrocede'])
  })

  test('un código que parece un id gana al id', async () => {
    const { codigo } = await makeContrato(people)
    const { body: uno } = await asociar(people.ana, { peso_qq: 1, humedad: 1 }, codigo)
    await asociar(people.ana, { codigo_lote: String(uno.id), peso_qq: 2, humedad: 2 }, codigo)
    const { body } = await editar(people.ana, uno.id, { peso_qq: 3 }, codigo)
    expect(body.codigo_lote).toBe(String(uno.id))
  })

  test('el lote de otro contrato no está en este', async () => {
    const { body: ajeno } = await asociar(
      people.ana,
      { peso_qq: 1, humedad: 1 },
      (await makeContrato(people)).codigo,
    )
    const { status, body } = await editar(people.ana, ajeno.id, { peso_qq: 2 })
    expect([status, body.clave]).toEqual([404, 'lote_no_existe'])
  })

  test('un proveedor lo ve pero no lo edita; la rival no sabe de él', async () => {
    await asociar(people.ana, { codigo_lote: 'LT-9002', peso_qq: 60, humedad: 12 })
    const proveedor = await editar(people.jose, 'LT-9002', { humedad: 7 })
    expect([proveedor.status, proveedor.body.clave]).toEqual([403, 'sin_permiso'])
    const rival = await editar(people.rita, 'LT-9002', { humedad: 7 })
    expect([rival.status, rival.body.clave]).toEqual([404, 'contrato_no_existe'])
  })

  test.each([[{}], [{ codigo_lote: 'x' }], [{ humedad: 'x' }], [{ estado: null }]])(
    'no admite %j',
    async (json) => {
      expect((await editar(people.ana, 'LT-A', json)).status).toBe(422)
    },
  )

  test.each(['', ' ', '\0', '0', '-1', '9'.repeat(30), '../LT-A', 'LT-A/x'])(
    '%j no es ningún lote',
    async (lote) => {
      const { status } = await editar(people.ana, lote, { humedad: 7 })
      expect(status).toBe(404)
    },
  )

  test('al exportar el último, el contrato se cierra', async () => {
    const { codigo } = await makeContrato(people)
    for (const codigo_lote of ['A', 'B'])
      await asociar(people.ana, { codigo_lote, peso_qq: 60, humedad: 7 }, codigo)
    await editar(people.carlos, 'A', { estado: 'Exportado' }, codigo)
    expect((await call(people.ana, 'GET', `/contratos/${codigo}`)).body.estado).toBe('Activo')
    await editar(people.carlos, 'B', { estado: 'Exportado' }, codigo)
    expect((await call(people.ana, 'GET', `/contratos/${codigo}`)).body).toMatchObject({
      estado: 'Cerrado',
      cerrado_en: expect.any(String),
    })
    expect((await asociar(people.ana, { peso_qq: 1, humedad: 1 }, codigo)).body.clave).toBe(
      'contrato_cerrado',
    )
  })
})
