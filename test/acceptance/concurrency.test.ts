import type { SupabaseClient } from '@supabase/supabase-js'
import { beforeAll, describe, expect, test } from 'vitest'
import { pdfBlob } from '../support/pdf.ts'
import { attach, createContract, invoke, signIn } from './support.ts'

describe('a la vez', () => {
  let agroarriba: SupabaseClient
  let triboka: SupabaseClient

  beforeAll(async () => {
    agroarriba = await signIn('agroarriba')
    triboka = await signIn('triboka')
  })

  test('exportar los dos últimos lotes al mismo instante cierra el contrato una sola vez', async () => {
    for (let round = 0; round < 5; round++) {
      const contract = await createContract(agroarriba)
      const lots = await Promise.all(
        [60, 45].map((peso_qq) =>
          invoke(triboka, `contratos/${contract.codigo}/lote`, { body: { peso_qq, humedad: 7 } }),
        ),
      )
      // One by the function, the other by the SDK.
      const [byFunction, bySdk] = await Promise.all([
        invoke(triboka, `contratos/${contract.codigo}/lotes/${lots[0]!.data.codigo_lote}`, {
          method: 'PUT',
          body: { estado: 'Exportado' },
        }),
        agroarriba
          .from('lotes_asociados')
          .update({ estado: 'Exportado' })
          .eq('id', lots[1]!.data.id)
          .select()
          .single(),
      ])
      expect([byFunction.status, bySdk.error]).toEqual([200, null])
      const { data } = await agroarriba
        .from('contratos')
        .select('estado, cerrado_en')
        .eq('id', contract.id)
        .single()
      expect(data).toEqual({ estado: 'Cerrado', cerrado_en: expect.any(String) })
      // Closed when the second lot was written, and not touched again.
      const written = await agroarriba
        .from('lotes_asociados')
        .select('actualizado_en')
        .eq('contrato_id', contract.id)
      const last = Math.max(...written.data!.map(({ actualizado_en }) => Date.parse(actualizado_en)))
      expect(Math.abs(Date.parse(data!.cerrado_en) - last)).toBeLessThan(1000)
    }
  })

  test('dos subidas del mismo tipo llevan números distintos, sin saltos', async () => {
    const contract = await createContract(agroarriba)
    const answers = await Promise.all(
      [agroarriba, triboka, agroarriba, triboka].map((party, index) =>
        attach(party, contract, pdfBlob(), `FAC-${index}.pdf`, { tipo: 'factura' }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201])
    expect(answers.map(({ data }) => data.url_archivo.split('/').at(-1)).sort()).toEqual([
      'factura_001.pdf',
      'factura_002.pdf',
      'factura_003.pdf',
      'factura_004.pdf',
    ])
    // And nothing else is left in the folder.
    const { data } = await agroarriba.storage.from('contratos').list(contract.codigo)
    expect(data).toHaveLength(4)
  })

  test('los mismos bytes dos veces de una empresa son un solo documento; los de la otra son suyos', async () => {
    const contract = await createContract(agroarriba)
    const file = pdfBlob()
    const [one, again, theirs] = await Promise.all(
      [agroarriba, agroarriba, triboka].map((party) =>
        attach(party, contract, file, 'FAC-001.pdf', { tipo: 'factura' }),
      ),
    )
    expect([one!.status, again!.status].sort()).toEqual([200, 201])
    expect(one!.data.id).toBe(again!.data.id)
    expect(theirs!.status).toBe(201)
    expect(theirs!.data.id).not.toBe(one!.data.id)
    // Of the twin that came second nothing is left but, at most, a number that it had taken.
    const { data } = await agroarriba.storage.from('contratos').list(contract.codigo)
    const names = [one, theirs].map((answer) => answer!.data.url_archivo.split('/').at(-1))
    expect(data?.map(({ name }) => name).sort()).toEqual(names.sort())
  })

  test('los lotes que se registran juntos se numeran sin saltos', async () => {
    const contract = await createContract(agroarriba)
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        invoke(triboka, `contratos/${contract.codigo}/lote`, { body: { peso_qq: 10, humedad: 7 } }),
      ),
    )
    expect(answers.map(({ data }) => data.codigo_lote).sort()).toEqual(
      Array.from({ length: 10 }, (_, index) => `LT-${String(index + 1).padStart(4, '0')}`),
    )
  })
})
