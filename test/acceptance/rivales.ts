import type { SupabaseClient } from '@supabase/supabase-js'
import { expect } from 'vitest'
import { type Contract, invoke } from './support.ts'

const CHILDREN = ['contratos_participantes', 'documentos_contrato', 'lotes_asociados'] as const

async function seesNoRow(rival: SupabaseClient, { id, codigo }: Contract): Promise<void> {
  const row = await rival.from('contratos').select('*', { count: 'exact' }).eq('codigo', codigo)
  expect(row).toMatchObject({ error: null, data: [], count: 0 })
  for (const table of CHILDREN) {
    const rows = await rival.from(table).select('*', { count: 'exact' }).eq('contrato_id', id)
    expect(rows, table).toMatchObject({ error: null, data: [], count: 0 })
  }
  const embedded = await rival
    .from('contratos')
    .select('*, documentos_contrato(*), lotes_asociados(*)')
    .eq('id', id)
  expect(embedded.data ?? []).toEqual([])
}

async function seesNoFile(rival: SupabaseClient, { codigo }: Contract, objects: string[]): Promise<void> {
  const bucket = rival.storage.from('contratos')
  expect((await bucket.list(codigo)).data ?? []).toEqual([])
  expect(((await bucket.list('', { search: codigo })).data ?? []).map(({ name }) => name)).toEqual([])
  for (const object of objects) {
    expect((await bucket.download(object)).data, `download ${object}`).toBeNull()
    expect((await bucket.createSignedUrl(object, 60)).data, `sign ${object}`).toBeNull()
    expect((await bucket.info(object)).data, `info ${object}`).toBeNull()
    expect((await bucket.exists(object)).data, `exists ${object}`).toBe(false)
    expect((await bucket.remove([object])).data ?? [], `remove ${object}`).toEqual([])
  }
}

async function writesNothing(rival: SupabaseClient, { id, codigo }: Contract): Promise<void> {
  const changed = await rival.from('contratos').update({ observaciones: 'ajeno' }).eq('id', id).select()
  expect(changed.data ?? []).toEqual([])
  const lot = await rival.from('lotes_asociados').insert({ contrato_id: id, peso_qq: 1, humedad: 7 }).select()
  expect(lot.data ?? []).toEqual([])
  expect(lot.error).not.toBeNull()
  const upload = await rival.storage.from('contratos').upload(`${codigo}/ajeno.pdf`, new Blob(['%PDF-1.7']))
  expect(upload.error).not.toBeNull()
}

async function functionsKnowNothing(rival: SupabaseClient, { id, codigo }: Contract): Promise<void> {
  const answers = await Promise.all(
    [
      `contratos/${codigo}`,
      `contratos/${id}`,
      `contratos/${codigo}/documentos`,
      'contratos/CT-1999-99999',
    ].map((path) => invoke(rival, path, { method: 'GET' })),
  )
  // What is not theirs answers what does not exist does.
  for (const { status, data } of answers)
    expect({ status, clave: data.clave }).toEqual({ status: 404, clave: 'contrato_no_existe' })
  const { data } = await invoke(rival, `contratos?texto=${codigo}`, { method: 'GET' })
  expect(data.contratos).toEqual([])
}

/** Looks for a contract in every way there is, as a company that is not party to it. */
export async function seesNothing(
  rival: SupabaseClient,
  contract: Contract,
  objects: string[],
): Promise<void> {
  await seesNoRow(rival, contract)
  await seesNoFile(rival, contract, objects)
  await writesNothing(rival, contract)
  await functionsKnowNothing(rival, contract)
}
