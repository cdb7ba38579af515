import { fileTypeFromBuffer } from 'file-type'
import { decodeText } from '../../http/text-encoding.ts'
import { ADMITTED, ADMITTED_NAMES, type AdmittedType } from './admitted-types.ts'
import { looksLikeCsv, looksLikeGeoJson, looksLikeMail, xmlOf } from './text-kinds.ts'
import { isZip, zipByItsStart } from './zip-contents.ts'

/** What a file is, by its bytes. */
export interface ContentType extends AdmittedType {
  /** Text of one byte or more by character, none of them zero. */
  isText: boolean
}

/** Why a file is no paper, as its uploader is told. */
export interface Refused {
  refused: string
}

/** As many first bytes as telling the type of a file takes: in a ZIP, those of its first entries. */
export const SAMPLE_BYTES = 65_536

const OTHERS = `El contenido no es ${ADMITTED_NAMES}.`
const OLD_OFFICE =
  'Es un archivo de Office de los antiguos (XLS, DOC) o un correo (MSG): guárdelo como XLSX o PDF.'
const MAIL = 'Es un correo: adjunte el PDF o el XML que trae.'
const DOCTYPE = 'Un XML con DOCTYPE no se admite.'
const ARCHIVE = 'De los archivos comprimidos se admite solo ZIP.'

const BINARY: Record<string, AdmittedType> = {
  'application/pdf': ADMITTED.pdf,
  'image/jpeg': ADMITTED.jpeg,
  'image/png': ADMITTED.png,
  'image/webp': ADMITTED.webp,
  'image/tiff': ADMITTED.tiff,
  // One format, whatever brand the phone gives it.
  'image/heic': ADMITTED.heic,
  'image/heic-sequence': ADMITTED.heic,
  'image/heif': ADMITTED.heic,
  'image/heif-sequence': ADMITTED.heic,
}
const REASONS: Record<string, string> = {
  'application/x-cfb': OLD_OFFICE,
  'application/x-rar-compressed': ARCHIVE,
  'application/x-7z-compressed': ARCHIVE,
  'application/gzip': ARCHIVE,
}

/**
 * Recognises a paper by its content, whatever it is called. A ZIP is judged again by its directory, which is at its
 * end: see {@link judgeZip}.
 * @param sample the first bytes, SAMPLE_BYTES of them unless the file is shorter.
 */
export async function recogniseContent(sample: Uint8Array): Promise<ContentType | Refused> {
  const bytes = Buffer.from(sample.buffer, sample.byteOffset, sample.byteLength)
  if (isZip(bytes)) return binary(zipByItsStart(bytes))
  const found = await fileTypeFromBuffer(bytes)
  if (found && found.mime !== 'application/xml') {
    const type = BINARY[found.mime]
    if (type === ADMITTED.heic && isAvif(bytes)) return { refused: OTHERS }
    return type ? binary(type) : { refused: REASONS[found.mime] ?? OTHERS }
  }
  const decoded = decodeText(bytes, { isCut: bytes.length >= SAMPLE_BYTES })
  const isMarkup = decoded !== undefined && /^\s*[<{[]/.test(decoded.text)
  // Readers of PDF accept the mark anywhere in the first KiB: behind blank lines, or the head of a mail.
  if (!isMarkup && bytes.subarray(0, 1024).includes('%PDF-')) return binary(ADMITTED.pdf)
  if (!decoded) return { refused: OTHERS }
  return textual(decoded.text, bytes.length >= SAMPLE_BYTES, !decoded.encoding.startsWith('utf-16'))
}

function textual(text: string, isCut: boolean, isText: boolean): ContentType | Refused {
  const xml = xmlOf(text)
  if (xml === 'doctype') return { refused: DOCTYPE }
  if (xml === 'xml') return { ...ADMITTED.xml, isText }
  if (looksLikeMail(text)) return { refused: MAIL }
  if (looksLikeGeoJson(text)) return { ...ADMITTED.geojson, isText }
  return looksLikeCsv(text, isCut) ? { ...ADMITTED.csv, isText } : { refused: OTHERS }
}

const binary = (type: AdmittedType): ContentType => ({ ...type, isText: false })

/** True where the brands of a HEIF file say that it holds AV1 and not HEVC. */
function isAvif(bytes: Buffer): boolean {
  const brands = bytes.toString('latin1', 8, Math.min(bytes.readUInt32BE(0), 256))
  return /avi[fs]/.test(brands) && !/he[iv]/.test(brands)
}
