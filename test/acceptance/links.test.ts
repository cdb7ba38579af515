import type { SupabaseClient } from '@supabase/supabase-js'
import { beforeAll, describe, expect, test } from 'vitest'
import { pdfBlob } from '../support/pdf.ts'
import { attach, type Contract, createContract, signIn } from './support.ts'

const PDF = { contentType: 'application/pdf' }

describe('los enlaces de subida de una app con el SDK', () => {
  let agroarriba: SupabaseClient
  let triboka: SupabaseClient
  let contract: Contract

  beforeAll(async () => {
    agroarriba = await signIn('agroarriba')
    triboka = await signIn('triboka')
    contract = await createContract(agroarriba)
  })

  test('uno no reemplaza lo que la otra parte subió después', async () => {
    const name = `${contract.codigo}/despues.pdf`
    const [mine, theirs] = [agroarriba.storage.from('contratos'), triboka.storage.from('contratos')]
    const link = await mine.createSignedUploadUrl(name, { upsert: true })
    expect(link.error).toBeNull()
    const original = pdfBlob(500)
    expect((await theirs.upload(name, original, PDF)).error).toBeNull()

    const replaced = await mine.uploadToSignedUrl(name, link.data!.token, pdfBlob(600), PDF)
    expect(['403', '409']).toContain((replaced.error as { statusCode?: string } | null)?.statusCode)
    expect(await (await theirs.download(name)).data!.text()).toBe(await original.text())
  })

  test('uno sirve mientras dura la sesión que lo pidió, no después de cerrar todas', async () => {
    const session = await signIn('finca')
    const bucket = session.storage.from('contratos')
    const names = ['antes', 'tarde'].map((when) => `${contract.codigo}/${when}.pdf`)
    const [before, late] = await Promise.all(names.map((name) => bucket.createSignedUploadUrl(name)))
    expect([before?.error, late?.error]).toEqual([null, null])
    const open = triboka.storage.from('contratos')
    expect((await open.uploadToSignedUrl(names[0]!, before!.data!.token, pdfBlob(300), PDF)).error).toBeNull()

    expect((await session.auth.signOut({ scope: 'global' })).error).toBeNull()
    const refused = await open.uploadToSignedUrl(names[1]!, late!.data!.token, pdfBlob(300), PDF)
    expect(['400', '403']).toContain((refused.error as { statusCode?: string } | null)?.statusCode)
    const { data } = await open.list(contract.codigo)
    expect(data?.map(({ name }) => name)).not.toContain('tarde.pdf')
  })
})

describe('los nombres de los papeles', () => {
  test('el nombre de un archivo pierde lo que no se ve, por la función y por el SDK', async () => {
    const agroarriba = await signIn('agroarriba')
    const contract = await createContract(agroarriba)
    const answer = await attach(agroarriba, contract, pdfBlob(), 'factura_\u202efdp.exe\u200b.pdf', {
      tipo: 'factura',
    })
    expect(answer).toMatchObject({ status: 201, data: { nombre: 'factura_fdp.exe.pdf' } })

    const name = `${contract.codigo}/suelta.pdf`
    expect((await agroarriba.storage.from('contratos').upload(name, pdfBlob(), PDF)).error).toBeNull()
    const { data, error } = await agroarriba
      .from('documentos_contrato')
      .insert({
        contrato_id: contract.id,
        tipo: 'otro',
        nombre_archivo: 'factura_\u202efdp\u200b.exe',
        url_archivo: `contratos/${name}`,
      })
      .select('nombre_archivo')
      .single()
    expect([error, data]).toEqual([null, { nombre_archivo: 'factura_fdp.exe' }])
  })
})
