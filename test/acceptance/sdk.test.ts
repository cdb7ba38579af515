import type { SupabaseClient } from '@supabase/supabase-js'
import { beforeAll, describe, expect, test } from 'vitest'
import { client } from '../support/client.ts'
import { pdfBlob } from '../support/pdf.ts'
import { sha256 } from '../support/sha256.ts'
import { until } from '../support/until.ts'
import { attach, type Contract, companyId, createContract, invoke, signIn, target } from './support.ts'

describe('una app con el SDK, sin funciones', () => {
  let agroarriba: SupabaseClient
  let triboka: SupabaseClient
  let contract: Contract

  beforeAll(async () => {
    agroarriba = await signIn('agroarriba')
    triboka = await signIn('triboka')
    contract = await createContract(agroarriba)
  })

  const documents = async () =>
    (await agroarriba.from('documentos_contrato').select('*').eq('contrato_id', contract.id).order('id'))
      .data!

  async function register(supabase: SupabaseClient, row: Record<string, unknown>) {
    return supabase
      .from('documentos_contrato')
      .insert({ contrato_id: contract.id, tipo: 'factura', ...row })
      .select('id')
      .single()
  }

  test('un enlace de subida que se pidió antes no reemplaza un documento ya registrado', async () => {
    const [original, changed] = [pdfBlob(500), pdfBlob(600)]
    const own = await createContract(agroarriba)
    const name = `${own.codigo}/enlace.pdf`
    const bucket = triboka.storage.from('contratos')
    expect((await bucket.upload(name, original, { contentType: 'application/pdf' })).error).toBeNull()
    const link = await bucket.createSignedUploadUrl(name, { upsert: true })
    expect(link.error).toBeNull()
    const row = { contrato_id: own.id, nombre_archivo: 'a.pdf', url_archivo: `contratos/${name}` }
    expect((await register(triboka, row)).error).toBeNull()

    const replaced = await bucket.uploadToSignedUrl(name, link.data!.token, changed, {
      contentType: 'application/pdf',
    })
    expect(['403', '409']).toContain((replaced.error as { statusCode?: string } | null)?.statusCode)
    const stored = await (await bucket.download(name)).data!.text()
    expect(stored).toBe(await original.text())
  })

  test('subir el archivo y registrar la fila da lo mismo que la función', async () => {
    const [first, second] = [pdfBlob(2000), pdfBlob(2000)]
    const answer = await attach(triboka, contract, first, 'FAC-001.pdf', { tipo: 'factura' })
    expect(answer.status).toBe(201)

    const name = await triboka.rpc('siguiente_nombre_documento', {
      contrato_id: contract.id,
      tipo: 'factura',
    })
    expect(name.data).toBe(`${contract.codigo}/factura_002.pdf`)
    const upload = await triboka.storage
      .from('contratos')
      .upload(name.data, second, { contentType: second.type })
    expect(upload.error).toBeNull()
    const row = { nombre_archivo: 'FAC-002.pdf', url_archivo: `contratos/${name.data}` }
    // What a client says of the bytes counts for nothing: it cannot even say it.
    expect((await register(triboka, { ...row, sha256: 'ab'.repeat(32) })).error).toMatchObject({
      code: '42501',
    })
    expect((await register(triboka, row)).error).toBeNull()

    const [byFunction, bySdk] = await until('the server has read both', async () => {
      const rows = await documents()
      return rows.every(({ revisado_en }) => revisado_en !== null) && rows
    })
    expect(bySdk).toEqual({
      ...byFunction,
      id: expect.any(Number),
      nombre_archivo: 'FAC-002.pdf',
      url_archivo: `contratos/${contract.codigo}/factura_002.pdf`,
      sha256: sha256(Buffer.from(await second.arrayBuffer())),
      huella_de: 'revision',
      revisado_en: expect.any(String),
      fecha_subida: expect.any(String),
    })
    expect(bySdk.verificacion).toBe('verificado')
    expect(bySdk.bytes).toBe(second.size)
    const { data } = await invoke(agroarriba, `contratos/${contract.codigo}`, { method: 'GET' })
    expect(data.documentos.map(({ nombre }: { nombre: string }) => nombre)).toEqual([
      'FAC-001.pdf',
      'FAC-002.pdf',
    ])
  })

  test('no se registra un archivo que no existe', async () => {
    const { error } = await register(triboka, { url_archivo: `contratos/${contract.codigo}/fantasma.pdf` })
    expect(error).toMatchObject({ code: 'PT422', message: 'objeto_inexistente' })
  })

  test('no se registra un archivo de otro contrato', async () => {
    const { error } = await register(triboka, { url_archivo: 'contratos/CT-2025-00014/factura_001.pdf' })
    expect(error).toMatchObject({ code: 'PT422', message: 'objeto_fuera_de_carpeta' })
  })

  test('un documento registrado no se reemplaza ni se borra', async () => {
    const bucket = triboka.storage.from('contratos')
    const name = `${contract.codigo}/factura_002.pdf`
    const before = await (await bucket.download(name)).data!.text()
    expect((await bucket.update(name, pdfBlob())).error).not.toBeNull()
    expect((await bucket.upload(name, pdfBlob(), { upsert: true })).error).not.toBeNull()
    expect((await bucket.remove([name])).data ?? []).toEqual([])
    expect((await bucket.move(name, `${contract.codigo}/otra.pdf`)).error).not.toBeNull()
    expect(await (await bucket.download(name)).data!.text()).toBe(before)
  })

  test('insertar un contrato da su código, y el código no se elige', async () => {
    const [exportadora_id, contraparte_id] = await Promise.all([
      companyId(agroarriba, 'Agroarriba'),
      companyId(agroarriba, 'Centro Triboka'),
    ])
    const row = { exportadora_id, contraparte_id, volumen_tm: 25 }
    const { data } = await agroarriba.from('contratos').insert(row).select().single()
    expect(data).toMatchObject({
      codigo: expect.stringMatching(/^CT-\d{4}-\d{5,}$/),
      estado: 'Activo',
      volumen_tm: 25,
    })
    const chosen = await agroarriba.from('contratos').insert({ ...row, codigo: 'CT-2026-99999' })
    expect(chosen.error?.code).toBe('42501')
  })

  test('el contrato que crea un centro nace en revisión y lo activa la exportadora', async () => {
    const exportadora_id = await companyId(triboka, 'Agroarriba')
    const { data } = await triboka.rpc('crear_contrato', { exportadora_id, volumen_tm: 12.5 })
    expect(data.estado).toBe('En revisión')
    const own = await triboka.from('contratos').update({ estado: 'Activo' }).eq('id', data.id)
    expect(own.error?.message).toBe('contrato_activa_exportadora')
    const other = await agroarriba
      .from('contratos')
      .update({ estado: 'Activo' })
      .eq('id', data.id)
      .select('estado')
      .single()
    expect(other.data).toEqual({ estado: 'Activo' })
  })

  test('nadie crea un contrato a nombre de otra empresa', async () => {
    const [exportadora_id, contraparte_id] = await Promise.all([
      companyId(agroarriba, 'Exportadora Rival'),
      companyId(agroarriba, 'Centro Triboka'),
    ])
    const { error } = await agroarriba
      .from('contratos')
      .insert({ exportadora_id, contraparte_id, volumen_tm: 1 })
    expect(error?.message).toBe('contrato_ajeno')
  })

  test('nadie cambia su propio rol ni su empresa', async () => {
    const { data } = await agroarriba.auth.getUser()
    const id = data.user!.id
    for (const change of [
      { rol: 'admin' },
      { empresa_id: await companyId(agroarriba, 'Exportadora Rival') },
    ]) {
      const { error } = await agroarriba.from('usuarios').update(change).eq('id', id)
      expect(error?.message).toBe('usuario_permisos_propios')
    }
  })

  test('nadie borra contratos, lotes ni documentos', async () => {
    for (const table of ['contratos', 'lotes_asociados', 'documentos_contrato']) {
      const { error } = await agroarriba.from(table).delete().gte('id', 0)
      expect(error?.code, table).toBe('42501')
    }
    // Suppliers are taken off a contract; those who signed it are not.
    const partes = await agroarriba.from('contratos_participantes').delete().gte('contrato_id', 0)
    expect(partes.error?.message).toBe('participante_fijo')
  })

  test('quien no ha entrado no ve nada', async () => {
    const anonymous = client(target.url, target.key)
    for (const table of ['empresas', 'contratos', 'documentos_contrato', 'lotes_asociados']) {
      expect((await anonymous.from(table).select('*')).data ?? [], table).toEqual([])
    }
    expect((await anonymous.storage.from('contratos').list(contract.codigo)).data ?? []).toEqual([])
    expect((await invoke(anonymous, 'contratos', { method: 'GET' })).status).toBe(401)
  })
})
