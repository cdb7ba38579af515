import { describe, expect, test } from 'vitest'
import { sha256 } from '../support/sha256.ts'
import { invoke, signIn, target, type Who } from './support.ts'

const EXAMPLE =
  '{"codigo":"CT-2025-00014","exportadora":"Agroarriba","contraparte":"Centro Triboka","volumen_tm":200,"estado":"Activo",' +
  '"documentos":[{"tipo":"contrato","nombre":"CT-2025-00014.pdf"},{"tipo":"factura","nombre":"FAC-001.pdf"},{"tipo":"guia_remision","nombre":"GR-001.pdf"}],' +
  '"lotes":[{"codigo_lote":"LT-0001","peso_qq":60.0,"humedad":7.5},{"codigo_lote":"LT-0002","peso_qq":45.0,"humedad":7.2}]}'

type Source = { source: string }
const raw = JSON as unknown as { rawJSON(text: string): unknown }

/** Parses JSON so that writing it again gives every number the digits it had: 60.0 stays 60.0. */
const parseExactly = (text: string) =>
  JSON.parse(text, (_key: string, value: unknown, ...[context]: Source[]) =>
    typeof value === 'number' ? raw.rawJSON(context!.source) : value,
  )

const firstKeys = (value: Record<string, unknown>, count: number) =>
  Object.fromEntries(Object.entries(value).slice(0, count))

async function readAs(who: Who): Promise<string> {
  const { auth } = await signIn(who)
  const { data } = await auth.getSession()
  const response = await fetch(`${target.url}/functions/v1/contratos/CT-2025-00014`, {
    headers: { apikey: target.key, authorization: `Bearer ${data.session!.access_token}` },
  })
  expect(response.status).toBe(200)
  return response.text()
}

describe('el contrato CT-2025-00014 de la demostración', () => {
  test.each(['agroarriba', 'triboka', 'finca', 'admin'] as const)(
    '%s lee el ejemplo, con sus claves en orden',
    async (who) => {
      const contract = firstKeys(parseExactly(await readAs(who)), 7)
      const documentos = (contract.documentos as Record<string, unknown>[]).map((item) => firstKeys(item, 2))
      const lotes = (contract.lotes as Record<string, unknown>[]).map((item) => firstKeys(item, 3))
      expect(JSON.stringify({ ...contract, documentos, lotes })).toBe(EXAMPLE)
    },
  )

  test('sus archivos son los que dicen sus filas: suma, tamaño y tipo', async () => {
    const agroarriba = await signIn('agroarriba')
    const { data } = await invoke(agroarriba, 'contratos/CT-2025-00014', { method: 'GET' })
    expect(data.archivo_pdf).toBe('contratos/CT-2025-00014/contrato.pdf')
    for (const { url_archivo, sha256: suma, bytes, mime } of data.documentos) {
      const file = await agroarriba.storage.from('contratos').download(url_archivo.replace('contratos/', ''))
      const content = Buffer.from(await file.data!.arrayBuffer())
      expect(content.subarray(0, 5).toString()).toBe('%PDF-')
      expect({
        sha256: sha256(content),
        bytes: content.length,
        mime,
      }).toEqual({
        sha256: suma,
        bytes,
        mime: 'application/pdf',
      })
    }
  })

  test('el proveedor asociado es Finca San José', async () => {
    const { data } = await invoke(await signIn('finca'), 'contratos/CT-2025-00014', { method: 'GET' })
    expect(data.participantes.map(({ nombre, papel }: Record<string, string>) => [nombre, papel])).toEqual([
      ['Agroarriba', 'exportadora'],
      ['Centro Triboka', 'contraparte'],
      ['Finca San José', 'proveedor'],
    ])
  })

  test.each(['exportadoraRival', 'centroRival'] as const)('%s no sabe que existe', async (who) => {
    const rival = await signIn(who)
    expect((await invoke(rival, 'contratos/CT-2025-00014', { method: 'GET' })).status).toBe(404)
    expect((await rival.storage.from('contratos').download('CT-2025-00014/contrato.pdf')).data).toBeNull()
  })
})
