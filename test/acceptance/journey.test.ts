import type { SupabaseClient } from '@supabase/supabase-js'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { pdfBlob } from '../support/pdf.ts'
import { seesNothing } from './rivales.ts'
import { attach, type Contract, createContract, csv, invoke, signIn } from './support.ts'

// Each test is a step of one flow, in this order; after each one the rivals look for the contract.
describe('el recorrido de un contrato', () => {
  let agroarriba: SupabaseClient
  let triboka: SupabaseClient
  let finca: SupabaseClient
  let rivals: SupabaseClient[]
  let contract: Contract
  const objects: string[] = []

  beforeAll(async () => {
    agroarriba = await signIn('agroarriba')
    triboka = await signIn('triboka')
    finca = await signIn('finca')
    rivals = [await signIn('exportadoraRival'), await signIn('centroRival')]
  })

  afterEach(async () => {
    for (const rival of rivals) await seesNothing(rival, contract, objects)
  })

  const stateOf = async (supabase: SupabaseClient) =>
    (await supabase.from('contratos').select('estado, cerrado_en').eq('id', contract.id).single()).data!

  async function advance(estado: string) {
    const lots = await agroarriba
      .from('lotes_asociados')
      .update({ estado })
      .eq('contrato_id', contract.id)
      .select('codigo_lote, estado')
    expect(lots.error).toBeNull()
    expect(lots.data).toHaveLength(2)
  }

  test('Agroarriba crea un contrato de 200 TM con Centro Triboka y asocia a Finca San José', async () => {
    contract = await createContract(agroarriba)
    expect(contract).toMatchObject({
      exportadora: 'Agroarriba',
      contraparte: 'Centro Triboka',
      volumen_tm: 200,
      estado: 'Activo',
    })
    expect(contract.codigo).toMatch(/^CT-\d{4}-\d{5,}$/)
    for (const party of [triboka, finca])
      expect(await stateOf(party)).toEqual({ estado: 'Activo', cerrado_en: null })
  })

  test.each([
    [
      'Agroarriba adjunta el contrato firmado',
      () => agroarriba,
      'firmado.pdf',
      { tipo: 'contrato' },
      'contrato.pdf',
    ],
    ['Centro Triboka sube la factura', () => triboka, 'FAC-001.pdf', { tipo: 'factura' }, 'factura_001.pdf'],
    [
      'Centro Triboka sube la guía de remisión',
      () => triboka,
      'GR-001.pdf',
      { tipo: 'guia_remision' },
      'guia_remision_001.pdf',
    ],
  ] as const)('%s', async (_, who, name, fields, object) => {
    const { status, data } = await attach(who(), contract, pdfBlob(), name, fields)
    expect(status).toBe(201)
    expect(data).toMatchObject({
      tipo: fields.tipo,
      nombre: name,
      url_archivo: `contratos/${contract.codigo}/${object}`,
    })
    objects.push(`${contract.codigo}/${object}`)
  })

  test('Finca San José, proveedor asociado, agrega su análisis de humedad', async () => {
    const { status, data } = await attach(
      finca,
      contract,
      csv('lote,humedad\nLT-0001,7.5\n'),
      'humedad.csv',
      {
        tipo: 'analisis',
        etiqueta: 'humedad',
      },
    )
    expect({ status, url: data.url_archivo }).toEqual({
      status: 201,
      url: `contratos/${contract.codigo}/analisis_humedad.csv`,
    })
    objects.push(`${contract.codigo}/analisis_humedad.csv`)
  })

  test('la carpeta del contrato tiene los cuatro archivos, y todas las partes los descargan', async () => {
    for (const party of [agroarriba, triboka, finca]) {
      const bucket = party.storage.from('contratos')
      const { data } = await bucket.list(contract.codigo)
      expect(data?.map(({ name }) => name)).toEqual([
        'analisis_humedad.csv',
        'contrato.pdf',
        'factura_001.pdf',
        'guia_remision_001.pdf',
      ])
      const file = await bucket.download(`${contract.codigo}/analisis_humedad.csv`)
      expect(await file.data?.text()).toBe('lote,humedad\nLT-0001,7.5\n')
    }
  })

  test('Centro Triboka registra dos lotes, que se numeran solos', async () => {
    const lots = [
      { peso_qq: 60, humedad: 7.5 },
      { peso_qq: 45, humedad: 7.2 },
    ]
    for (const [index, body] of lots.entries()) {
      const { status, data } = await invoke(triboka, `contratos/${contract.codigo}/lote`, { body })
      expect(status).toBe(201)
      expect(data).toMatchObject({ codigo_lote: `LT-000${index + 1}`, estado: 'En tránsito', ...body })
    }
  })

  test('los lotes se reciben y se secan, y el contrato sigue activo', async () => {
    await advance('Recibido')
    await advance('Secado')
    expect(await stateOf(triboka)).toEqual({ estado: 'Activo', cerrado_en: null })
  })

  test('un lote no retrocede', async () => {
    const back = await agroarriba
      .from('lotes_asociados')
      .update({ estado: 'Recibido' })
      .eq('contrato_id', contract.id)
    expect(back.error).toMatchObject({ code: 'PT409', message: 'lote_no_retrocede' })
  })

  test('al exportarse el último lote el contrato se cierra', async () => {
    await advance('Exportado')
    expect(await stateOf(triboka)).toEqual({ estado: 'Cerrado', cerrado_en: expect.any(String) })
  })

  test('un contrato cerrado no se edita, ni admite lotes, ni documentos de un proveedor', async () => {
    const edit = await invoke(agroarriba, `contratos/${contract.codigo}`, {
      method: 'PUT',
      body: { volumen_tm: 100 },
    })
    expect({ status: edit.status, clave: edit.data.clave }).toEqual({
      status: 409,
      clave: 'contrato_cerrado',
    })
    const direct = await agroarriba.from('contratos').update({ volumen_tm: 100 }).eq('id', contract.id)
    expect(direct.error?.message).toBe('contrato_cerrado')
    const lot = await invoke(triboka, `contratos/${contract.codigo}/lote`, {
      body: { peso_qq: 1, humedad: 7 },
    })
    expect({ status: lot.status, clave: lot.data.clave }).toEqual({ status: 409, clave: 'contrato_cerrado' })
    const paper = await attach(finca, contract, pdfBlob(), 'tarde.pdf', { tipo: 'otro' })
    expect({ status: paper.status, clave: paper.data.clave }).toEqual({
      status: 403,
      clave: 'documento_sin_permiso',
    })
  })
})
