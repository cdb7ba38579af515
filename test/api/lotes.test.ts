import { beforeAll, describe, expect, inject, test } from 'vitest'
import { crearGente, type Gente, llamar, nuevoContrato } from './support.ts'

let gente: Gente
let codigo: string
beforeAll(async () => {
  gente = await crearGente()
  codigo = (await nuevoContrato(gente)).codigo
})

const asociar = (quien: Gente['ana'] | null, json: unknown, contrato = codigo) =>
  llamar(quien, 'POST', `/contratos/${contrato}/lote`, { json })
const editar = (quien: Gente['ana'], lote: string | number, json: unknown, contrato = codigo) =>
  llamar(quien, 'PUT', `/contratos/${contrato}/lotes/${encodeURIComponent(lote)}`, { json })

describe('asociar un lote', () => {
  test('responde 201 con su id, numerado cuando no trae código', async () => {
    const { codigo } = await nuevoContrato(gente)
    const primero = await asociar(gente.carlos, { peso_qq: '60.0', humedad: 7.5 }, codigo)
    expect(primero.status).toBe(201)
    expect(primero.cuerpo).toMatchObject({
      id: expect.any(Number),
      codigo_lote: 'LT-0001',
      estado: 'En tránsito',
    })
    expect(primero.texto).toContain('"peso_qq":60.0,"humedad":7.5,')
    const segundo = await asociar(
      gente.ana,
      { codigo_lote: ' Bodega 2/A ', peso_qq: 45, humedad: '7.20', estado: 'Recibido' },
      codigo,
    )
    expect(segundo.cuerpo).toMatchObject({ codigo_lote: 'Bodega 2/A', estado: 'Recibido' })
    const tercero = await asociar(gente.ana, { codigo_lote: null, peso_qq: 1, humedad: 1 }, codigo)
    expect(tercero.cuerpo.codigo_lote).toBe('LT-0002')
    const { pathname } = new URL(
      tercero.headers.get('location')!,
      `${inject('stack').functionsUrl}/contratos/${codigo}/lote`,
    )
    expect((await llamar(gente.ana, 'PUT', pathname, { json: { humedad: 2 } })).cuerpo.id).toBe(
      tercero.cuerpo.id,
    )
  })

  test('el mismo código dos veces en un contrato es un conflicto que nombra el campo', async () => {
    await asociar(gente.ana, { codigo_lote: 'LT-A', peso_qq: 1, humedad: 1 })
    const { status, cuerpo } = await asociar(gente.ana, { codigo_lote: 'LT-A', peso_qq: 1, humedad: 1 })
    expect([status, cuerpo.clave, cuerpo.errores[0].campo]).toEqual([409, 'duplicado', 'codigo_lote'])
  })

  test('el código se compara sin mayúsculas y en NFC, también por el SDK, y queda el del primero', async () => {
    const { codigo, id: contrato_id } = await nuevoContrato(gente)
    const lote = (codigo_lote: string) => asociar(gente.ana, { codigo_lote, peso_qq: 1, humedad: 1 }, codigo)
    const [compuesta, descompuesta] = ['Pe\u00f1a', 'Pen\u0303a']
    for (const [primero, segundo] of [
      ['Finca-A', 'finca-a'],
      [compuesta, descompuesta],
    ] as const) {
      expect((await lote(primero)).cuerpo.codigo_lote).toBe(primero)
      const { status, cuerpo } = await lote(segundo)
      expect([status, cuerpo.clave, cuerpo.errores[0].campo]).toEqual([409, 'duplicado', 'codigo_lote'])
      const porSdk = await gente.carlos.supabase
        .from('lotes_asociados')
        .insert({ contrato_id, codigo_lote: segundo, peso_qq: 1, humedad: 1 })
      expect([porSdk.status, porSdk.error?.code]).toEqual([409, '23505'])
      const editado = await editar(gente.ana, segundo, { humedad: 2 }, codigo)
      expect([editado.status, editado.cuerpo.codigo_lote]).toEqual([200, primero])
    }
  })

  test('un proveedor no asocia lotes; la rival no sabe del contrato', async () => {
    const proveedor = await asociar(gente.jose, { peso_qq: 1, humedad: 1 })
    expect([proveedor.status, proveedor.cuerpo.clave]).toEqual([403, 'lote_sin_permiso'])
    const rival = await asociar(gente.rita, { peso_qq: 1, humedad: 1 })
    expect([rival.status, rival.cuerpo.clave]).toEqual([404, 'contrato_no_existe'])
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
    const { status, cuerpo } = await asociar(gente.ana, json)
    expect(status).toBe(422)
    expect(cuerpo.errores.map(({ campo }: { campo: string }) => campo)).toEqual(campos)
  })
})

describe('editar un lote', () => {
  test('cambia humedad, peso y estado, por código o por id; el estado solo avanza', async () => {
    const { cuerpo: lote } = await asociar(gente.ana, { codigo_lote: 'LT-9001', peso_qq: 60, humedad: 12 })
    expect((await editar(gente.carlos, 'LT-9001', { humedad: '7.50', estado: 'Secado' })).texto).toContain(
      '"humedad":7.50,',
    )
    const { cuerpo } = await editar(gente.ana, lote.id, { peso_qq: 57.2 })
    expect(cuerpo).toMatchObject({ peso_qq: 57.2, humedad: 7.5, estado: 'Secado' })
    const atras = await editar(gente.ana, 'LT-9001', { estado: 'Recibido' })
    expect([atras.status, atras.cuerpo.clave]).toEqual([409, 'lote_no_retrocede'])
  })

  test('un código que parece un id gana al id', async () => {
    const { codigo } = await nuevoContrato(gente)
    const { cuerpo: uno } = await asociar(gente.ana, { peso_qq: 1, humedad: 1 }, codigo)
    await asociar(gente.ana, { codigo_lote: String(uno.id), peso_qq: 2, humedad: 2 }, codigo)
    const { cuerpo } = await editar(gente.ana, uno.id, { peso_qq: 3 }, codigo)
    expect(cuerpo.codigo_lote).toBe(String(uno.id))
  })

  test('el lote de otro contrato no está en este', async () => {
    const { cuerpo: ajeno } = await asociar(
      gente.ana,
      { peso_qq: 1, humedad: 1 },
      (await nuevoContrato(gente)).codigo,
    )
    const { status, cuerpo } = await editar(gente.ana, ajeno.id, { peso_qq: 2 })
    expect([status, cuerpo.clave]).toEqual([404, 'lote_no_existe'])
  })

  test('un proveedor lo ve pero no lo edita; la rival no sabe de él', async () => {
    await asociar(gente.ana, { codigo_lote: 'LT-9002', peso_qq: 60, humedad: 12 })
    const proveedor = await editar(gente.jose, 'LT-9002', { humedad: 7 })
    expect([proveedor.status, proveedor.cuerpo.clave]).toEqual([403, 'sin_permiso'])
    const rival = await editar(gente.rita, 'LT-9002', { humedad: 7 })
    expect([rival.status, rival.cuerpo.clave]).toEqual([404, 'contrato_no_existe'])
  })

  test.each([[{}], [{ codigo_lote: 'x' }], [{ humedad: 'x' }], [{ estado: null }]])(
    'no admite %j',
    async (json) => {
      expect((await editar(gente.ana, 'LT-A', json)).status).toBe(422)
    },
  )

  test.each(['', ' ', '\0', '0', '-1', '9'.repeat(30), '../LT-A', 'LT-A/x'])(
    '%j no es ningún lote',
    async (lote) => {
      const { status } = await editar(gente.ana, lote, { humedad: 7 })
      expect(status).toBe(404)
    },
  )

  test('al exportar el último, el contrato se cierra', async () => {
    const { codigo } = await nuevoContrato(gente)
    for (const codigo_lote of ['A', 'B'])
      await asociar(gente.ana, { codigo_lote, peso_qq: 60, humedad: 7 }, codigo)
    await editar(gente.carlos, 'A', { estado: 'Exportado' }, codigo)
    expect((await llamar(gente.ana, 'GET', `/contratos/${codigo}`)).cuerpo.estado).toBe('Activo')
    await editar(gente.carlos, 'B', { estado: 'Exportado' }, codigo)
    expect((await llamar(gente.ana, 'GET', `/contratos/${codigo}`)).cuerpo).toMatchObject({
      estado: 'Cerrado',
      cerrado_en: expect.any(String),
    })
    expect((await asociar(gente.ana, { peso_qq: 1, humedad: 1 }, codigo)).cuerpo.clave).toBe(
      'contrato_cerrado',
    )
  })
})
