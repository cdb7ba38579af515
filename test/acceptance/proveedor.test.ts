import type { SupabaseClient } from '@supabase/supabase-js'
import { beforeAll, describe, expect, test } from 'vitest'
import { pdfBlob } from '../support/pdf.ts'
import { attach, type Contract, companyId, createContract, invoke, signIn } from './support.ts'

const clave = ({ status, data }: { status: number; data: { clave?: string } | null }) => [status, data?.clave]

describe('un proveedor asociado', () => {
  let agroarriba: SupabaseClient
  let triboka: SupabaseClient
  let finca: SupabaseClient
  let contract: Contract

  beforeAll(async () => {
    agroarriba = await signIn('agroarriba')
    triboka = await signIn('triboka')
    finca = await signIn('finca')
    contract = await createContract(agroarriba)
  })

  test('ve el contrato del que es parte', async () => {
    const { data } = await finca.from('contratos').select('codigo').eq('id', contract.id).single()
    expect(data).toEqual({ codigo: contract.codigo })
  })

  test('no crea contratos', async () => {
    const exportadora_id = await companyId(finca, 'Agroarriba')
    const answer = await invoke(finca, 'contratos', { body: { exportadora_id, volumen_tm: 10 } })
    expect(clave(answer)).toEqual([403, 'contrato_sin_permiso'])
    const contraparte_id = await companyId(finca, 'Finca San José')
    const { error } = await finca.from('contratos').insert({ exportadora_id, contraparte_id, volumen_tm: 10 })
    expect(error?.message).toBe('contrato_sin_permiso')
  })

  test('no edita el contrato', async () => {
    const { data } = await finca.from('contratos').update({ volumen_tm: 1 }).eq('id', contract.id).select()
    expect(data ?? []).toEqual([])
    const now = await agroarriba.from('contratos').select('volumen_tm').eq('id', contract.id).single()
    expect(now.data).toEqual({ volumen_tm: 200 })
  })

  test('no registra ni mueve lotes', async () => {
    const answer = await invoke(finca, `contratos/${contract.codigo}/lote`, {
      body: { peso_qq: 10, humedad: 7 },
    })
    expect(clave(answer)).toEqual([403, 'lote_sin_permiso'])
    const lot = await invoke(triboka, `contratos/${contract.codigo}/lote`, {
      body: { peso_qq: 10, humedad: 7 },
    })
    const moved = await finca
      .from('lotes_asociados')
      .update({ estado: 'Exportado' })
      .eq('id', lot.data.id)
      .select()
    expect(moved.data ?? []).toEqual([])
  })

  test('no asocia a otro proveedor', async () => {
    const empresa_id = await companyId(finca, 'Finca San José')
    const { error } = await finca
      .from('contratos_participantes')
      .insert({ contrato_id: contract.id, empresa_id })
    expect(error?.message).toBe('participante_sin_permiso')
  })

  test('sube documentos a un contrato activo', async () => {
    const { status } = await attach(finca, contract, pdfBlob(), 'certificado.pdf', {
      tipo: 'certificado_calidad',
    })
    expect(status).toBe(201)
  })

  test('no sube nada a un contrato en revisión, ni por la función ni por el SDK', async () => {
    const [exportadora_id, proveedor] = await Promise.all([
      companyId(triboka, 'Agroarriba'),
      companyId(triboka, 'Finca San José'),
    ])
    const { data } = await triboka.rpc('crear_contrato', {
      exportadora_id,
      volumen_tm: 5,
      proveedores: [proveedor],
    })
    expect(data.estado).toBe('En revisión')
    const answer = await attach(finca, data, pdfBlob(), 'pronto.pdf', { tipo: 'otro' })
    expect(clave(answer)).toEqual([403, 'documento_sin_permiso'])
    const upload = await finca.storage.from('contratos').upload(`${data.codigo}/pronto.pdf`, pdfBlob())
    expect(upload.error).not.toBeNull()
    const listed = await triboka.storage.from('contratos').list(data.codigo)
    expect(listed.data).toEqual([])
  })

  test('no ve un contrato al que no fue invitado', async () => {
    const contraparte_id = await companyId(agroarriba, 'Centro Triboka')
    const other = await invoke(agroarriba, 'contratos', { body: { contraparte_id, volumen_tm: 30 } })
    expect(clave(await invoke(finca, `contratos/${other.data.codigo}`, { method: 'GET' }))).toEqual([
      404,
      'contrato_no_existe',
    ])
    const answer = await attach(finca, other.data, pdfBlob(), 'ajeno.pdf', { tipo: 'otro' })
    expect(clave(answer)).toEqual([404, 'contrato_no_existe'])
  })
})
