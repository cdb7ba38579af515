import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PDFiumLibrary } from '@hyzyla/pdfium'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import type { Lote } from '../../server/expediente/leer.ts'
import { makeTempDir } from '../../supabase/local/postgres/temporary.ts'
import { readQr } from '../support/qr.ts'
import { hacer, TESTIGO, URL } from './muestra.ts'

/** Each page as a program that is not ours draws it: its text, and the QR that a phone reads in it. */
async function paginas(pdf: Buffer) {
  const library = await PDFiumLibrary.init()
  const document = await library.loadDocument(pdf)
  const pages: { texto: string; qr: string | undefined }[] = []
  for (const page of document.pages()) {
    const texto = page.getText()
    const { data, width, height } = await page.render({
      scale: 2,
      render: async ({ data }) => Buffer.from(data),
    })
    const image = await sharp(data, { raw: { width, height, channels: 4 } })
      .ensureAlpha()
      .raw()
      .toBuffer()
    pages.push({ texto, qr: readQr(image, width, height) })
  }
  document.destroy()
  library.destroy()
  return pages
}

test('la carátula dice partes, términos, papeles y hechos, y su QR se lee', async () => {
  const { fuentes, exp } = await hacer()
  const papeles = exp.documentos.map((papel) => ({
    ...papel,
    archivo: 'x',
    leido: papel.sha256 ?? undefined,
  }))
  const [primera, ...resto] = await paginas(await fuentes.pdf(papeles))
  expect(resto).toEqual([])
  for (const dicho of [
    'Expediente CT-2026-00001',
    'Centro Ñandú',
    '0990000001001',
    'Volumen (TM)',
    '200.50',
    'Versiones de los términos',
    'Volumen (TM): 200.50',
    'Rechazada',
    'Precio (USD/TM): 9000.00; Motivo: No es lo acordado.',
    'Fáctura ñandú.pdf',
    '133ee989293f',
    'Documento registrado',
    '27 nov 2026, 05:00',
    'página 1 de 1',
    `sello ${exp.n}-${exp.hash.slice(0, 16)}`,
  ])
    expect(primera!.texto.replace(/\s+/g, ' '), dicho).toContain(dicho)
  expect(primera!.qr).toBe(`${URL}/v/CT-2026-00001/${TESTIGO}?s=5-0011223344556677`)
})

test('de muchos lotes, cada página dice cuál es y de cuántas', async () => {
  const { fuentes, exp } = await hacer()
  const lote: Lote = {
    codigo_lote: 'LT-0001',
    peso_qq: '60.0',
    humedad: '7.50',
    peso_inicial_qq: '60.0',
    humedad_inicial: '7.50',
    estado: 'Recibido',
    creado_en: '2026-11-27T10:00:00Z',
    recibido_en: '2026-11-27T10:00:00Z',
    secado_en: null,
    exportado_en: null,
    lote_id: null,
    lote_kg: null,
    origen_compartido: 'nada' as const,
  }
  exp.lotes = Array.from({ length: 200 }, (_, i) => ({ ...lote, codigo_lote: `LT-${i}` }))
  const todas = await paginas(await fuentes.pdf([]))
  expect(todas.length).toBeGreaterThan(3)
  for (const [i, { texto }] of todas.entries()) {
    expect(texto.replace(/\s+/g, ' ')).toContain(`página ${i + 1} de ${todas.length}`)
    expect(texto).toContain('CT-2026-00001 · sello')
  }
  expect(todas.map(({ texto }) => texto).join()).toContain('LT-199')
  expect(todas.filter(({ qr }) => qr !== undefined)).toHaveLength(1)
})

test('su estructura la lee otro programa; lleva sus letras y su color, y no dice ser PDF/A, que nadie ha validado', async () => {
  const dir = await makeTempDir('triboka-caratula-')
  try {
    const file = join(dir, 'expediente.pdf')
    writeFileSync(file, await (await hacer()).fuentes.pdf([]))
    const run = (program: string, ...args: string[]) =>
      execFileSync(program, [...args, file], { encoding: 'utf8', stdio: 'pipe' })
    expect(run('qpdf', '--check')).toContain('No syntax or stream encoding errors found')
    const { qpdf } = JSON.parse(run('qpdf', '--json=2'))
    type Value = Record<string, unknown>
    const objects = Object.values(qpdf[1] as Record<string, { value?: Value; stream?: { dict: Value } }>)
    const typed = (type: string) =>
      objects.map(({ value, stream }) => value ?? stream!.dict).filter((dict) => dict?.['/Type'] === type)
    const fonts = typed('/FontDescriptor')
    expect(fonts).toHaveLength(2)
    for (const font of fonts) expect(font).toHaveProperty('/FontFile2')
    expect(typed('/OutputIntent')).toEqual([
      expect.objectContaining({ '/DestOutputProfile': expect.anything() }),
    ])
    expect(typed('/Catalog')).toEqual([
      expect.objectContaining({ '/Lang': 'u:es-EC', '/Metadata': expect.anything() }),
    ])
    const xmp = run('pdfinfo', '-meta')
    expect(xmp).toContain('Expediente CT-2026-00001')
    expect(xmp).not.toContain('pdfaid')
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})
