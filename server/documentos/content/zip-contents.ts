import yauzl from 'yauzl'
import { ADMITTED, type AdmittedType } from './admitted-types.ts'

/** As many last bytes as a ZIP is judged by: its directory has to fit. */
export const TAIL_BYTES = 1024 * 1024

const ENTRIES_AT_MOST = 10_000
const ODS_START = `mimetype${ADMITTED.ods.mime}`
const BROKEN = 'El ZIP está incompleto o dañado.'
const CROWDED = `El ZIP trae más de ${ENTRIES_AT_MOST} archivos.`
const MACROS = 'Trae macros: guárdelo sin ellas, como XLSX u ODS.'
const WORD = 'Es un documento de Word, y puede cambiar al abrirlo: guárdelo como PDF.'
const OTHER = 'Es un archivo de otro programa, y no un ZIP de documentos: guárdelo como PDF o XLSX.'

/** True for what begins as a ZIP, an empty one included. */
export const isZip = (bytes: Buffer) =>
  bytes.length >= 4 && [0x04034b50, 0x06054b50].includes(bytes.readUInt32LE(0))

/** What a ZIP seems to be by its first entries, which is what Storage is told: a workbook, or a ZIP of papers. */
export function zipByItsStart(sample: Buffer): AdmittedType {
  if (sample.subarray(30, 30 + ODS_START.length).equals(Buffer.from(ODS_START))) return ADMITTED.ods
  const isWorkbook = ['[Content_Types].xml', 'xl/'].every((name) => sample.includes(name))
  return isWorkbook ? ADMITTED.xlsx : ADMITTED.zip
}

/**
 * What a ZIP is by its directory, which names every entry. No entry is opened: a bomb stays shut.
 * @param start what {@link zipByItsStart} said.
 * @param tail its last bytes, TAIL_BYTES of them unless it is shorter.
 * @param size all its bytes.
 * @returns the type, or why it is not admitted.
 */
export async function judgeZip(
  start: AdmittedType,
  tail: Buffer,
  size: number,
): Promise<AdmittedType | { refused: string }> {
  let names: string[] | undefined
  try {
    names = await namesOf(tail, size)
  } catch {
    return { refused: BROKEN }
  }
  if (!names) return { refused: CROWDED }
  if (names.length === 0) return { refused: BROKEN }
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name))
  if (has(/^\[Content_Types\]\.xml$/i)) {
    if (has(/^(xl|word|ppt)\/(vbaProject\.bin|macrosheets\/)/i)) return { refused: MACROS }
    if (has(/^xl\/workbook\.xml$/i)) return ADMITTED.xlsx
    return { refused: has(/^word\//i) ? WORD : OTHER }
  }
  if (start.mime === ADMITTED.ods.mime) return has(/^(Basic|Scripts)\//i) ? { refused: MACROS } : ADMITTED.ods
  // mimetype: the other documents of OpenDocument, and books.
  return has(/^(mimetype|META-INF\/MANIFEST\.MF|classes\.dex|Index\/Document\.iwa)$/i)
    ? { refused: OTHER }
    : ADMITTED.zip
}

/** The names of its entries; undefined when they are too many. Fails for what is no whole ZIP. */
async function namesOf(tail: Buffer, size: number): Promise<string[] | undefined> {
  const zip = await yauzl.fromRandomAccessReaderPromise(new TailReader(tail, size), size, {
    autoClose: false,
  })
  if (zip.entryCount > ENTRIES_AT_MOST) return undefined
  const names: string[] = []
  for await (const { fileName } of zip.eachEntry()) names.push(fileName)
  return names
}

/** The last bytes of a file, for who thinks to read the whole of it. */
class TailReader extends yauzl.RandomAccessReader {
  #tail: Buffer
  #offset: number

  constructor(tail: Buffer, size: number) {
    super()
    this.#tail = tail
    this.#offset = size - tail.length
  }

  override read(
    into: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    const start = position - this.#offset
    const copied = start < 0 ? 0 : this.#tail.copy(into, offset, start, start + length)
    const error = copied === length ? null : new Error('The directory does not fit in the tail.')
    setImmediate(callback, error)
  }
}
