import { fileTypeFromBuffer } from 'file-type'

/** What a file is, by its bytes, and the extension its object gets. */
export interface ContentType {
  mime: string
  extension: string
  /** Text, so no byte of it may be zero. */
  isText: boolean
}

/** As many first bytes as telling the type of a file takes. */
export const SAMPLE_BYTES = 4100

const BINARY: Record<string, string> = {
  'application/pdf': 'pdf',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
}
const PDF: ContentType = { mime: 'application/pdf', extension: 'pdf', isText: false }
const XML: ContentType = { mime: 'application/xml', extension: 'xml', isText: true }
const CSV: ContentType = { mime: 'text/csv', extension: 'csv', isText: true }

/**
 * Recognises PDF, XML, images (JPEG, PNG, WebP) and CSV by content, whatever the file is called.
 * @param sample the first bytes, SAMPLE_BYTES of them unless the file is shorter.
 * @returns undefined for anything else.
 */
export async function recogniseContent(sample: Uint8Array): Promise<ContentType | undefined> {
  const bytes = Buffer.from(sample.buffer, sample.byteOffset, sample.byteLength)
  // Readers of PDF accept the mark anywhere in the first KiB.
  if (bytes.subarray(0, 1024).includes('%PDF-')) return PDF
  const found = await fileTypeFromBuffer(bytes)
  if (found && found.mime !== 'application/xml') {
    const extension = BINARY[found.mime]
    return extension ? { mime: found.mime, extension, isText: false } : undefined
  }
  const text = textOf(bytes)
  if (text === undefined) return undefined
  if (looksLikeXml(text)) return XML
  return looksLikeCsv(text) ? CSV : undefined
}

/** The sample as text: UTF-8, or the Latin-1 of older spreadsheets; undefined when it has control characters. */
function textOf(bytes: Buffer): string | undefined {
  let text: string
  try {
    // A character may be cut by the end of the sample.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
  } catch {
    text = bytes.toString('latin1')
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what tells text from binary.
  return /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/.test(text) ? undefined : text
}

function looksLikeXml(text: string): boolean {
  const start = text.trimStart()
  return (
    start.startsWith('<?xml') ||
    (/^<[A-Za-z_][\w.:-]*[\s/>]/.test(start) && !/^<(!doctype\s+)?html[\s>]/i.test(start))
  )
}

/** Two columns at least, and as many in the second line as in the first, where the sample holds both. */
function looksLikeCsv(text: string): boolean {
  if (/^\s*[<{[]/.test(text)) return false
  const lines = withoutQuoted(text)
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '')
  const [header, first, second] = lines
  if (!header) return false
  const isWhole = second !== undefined
  return [',', ';', '\t', '|'].some((separator) => {
    const columns = header.split(separator).length
    return columns > 1 && (!first || !isWhole || first.split(separator).length === columns)
  })
}

const withoutQuoted = (text: string) => text.replace(/"(?:[^"]|"")*"/g, '""')
