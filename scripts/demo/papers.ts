// The papers of the demonstration, made for the contract of this run.

const escaped = (text: string) => text.replace(/[\\()]/g, '\\$&')

/** A PDF of one page with a title and lines of text, in the fonts that every reader has. */
export function pdf(title: string, lines: string[]): Blob {
  const body = lines.map((line) => `(${escaped(line)}) Tj T*`).join('\n')
  const content = `BT /F2 15 Tf 20 TL 60 780 Td (${escaped(title)}) Tj T* /F1 10.5 Tf 17 TL T*\n${body}\nET`
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 6 0 R /Resources << /Font << /F1 4 0 R /F2 5 0 R >> >> >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
  ]
  let file = '%PDF-1.7\n'
  const offsets = objects.map((object, index) => {
    const offset = file.length
    file += `${index + 1} 0 obj\n${object}\nendobj\n`
    return offset
  })
  const start = file.length
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`
  // WinAnsi is Latin-1 for the letters of Spanish: one byte each, as the offsets count.
  return new Blob([Buffer.from(file, 'latin1')], { type: 'application/pdf' })
}

/** A lot as the demonstration moves it. */
export interface DemoLot {
  codigo_lote: string
  peso_qq: number
  humedad: number
}

export const LOTS: DemoLot[] = [
  { codigo_lote: 'LT-0001', peso_qq: 60, humedad: 7.5 },
  { codigo_lote: 'LT-0002', peso_qq: 45, humedad: 7.2 },
]

// Farm gate of 2025-01-21: (11498 - 700) / 22.0462262 - 15 dollars per quintal of 100 lb.
const PRICE_QQ = 474.79
const KG_PER_QQ = 45.359237

/** What drying to 7 % of moisture leaves of a lot, and what is paid for: quintals, to three decimals. */
export const paid = ({ peso_qq, humedad }: DemoLot) =>
  Math.round(((peso_qq * (100 - humedad)) / 93) * 1000) / 1000
/** A figure as Ecuador writes it: 7,5. */
export const figure = (value: number) => value.toLocaleString('es-EC')
const money = (value: number) =>
  value.toLocaleString('es-EC', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

export const signedContract = (codigo: string) =>
  pdf(`Contrato de compraventa de cacao ${codigo}`, [
    'Agroarriba (RUC 0992741589001) compra a Centro Triboka (RUC 1291650372001)',
    'doscientas toneladas métricas (200 TM) de cacao en grano, 4.409,25 quintales de 100 lb,',
    'grado ASE de la norma NTE INEN 176, pagadas por su peso llevado a 7 % de humedad.',
    'Precio por fijar sobre ICE Nueva York con diferencial de -700 USD/TM.',
    'Proveedor asociado: Finca San José (RUC 1306582741001).',
    '',
    'Firmado por ambas partes en Guayaquil.',
  ])

export function invoice(codigo: string): Blob {
  const rows = LOTS.map((lot) => ({
    ...lot,
    paid: paid(lot),
    total: Math.round(paid(lot) * PRICE_QQ * 100) / 100,
  }))
  return pdf('Factura FAC-001', [
    `Centro Triboka a Agroarriba, contrato ${codigo}`,
    ...rows.map(
      (row) =>
        `${row.codigo_lote}: ${figure(row.paid)} qq al 7 % × ${money(PRICE_QQ)} USD = ${money(row.total)} USD`,
    ),
    `Total, IVA 0 %: ${money(rows.reduce((sum, row) => sum + row.total, 0))} USD`,
  ])
}

export const waybill = (codigo: string) =>
  pdf('Guía de remisión GR-001', [
    `De Centro Triboka (Vinces) a Agroarriba (Guayaquil), contrato ${codigo}`,
    ...LOTS.map(
      (lot) =>
        `${lot.codigo_lote}: ${lot.peso_qq} quintales, ${money(lot.peso_qq * KG_PER_QQ)} kg, cacao en sacos de yute`,
    ),
  ])

/** The moisture analysis, as the supplier's meter exports it. */
export const moistureAnalysis = () =>
  new Blob(
    [`lote,muestra,humedad\n${LOTS.map((lot) => `${lot.codigo_lote},1,${lot.humedad}`).join('\n')}\n`],
    { type: 'text/csv' },
  )
