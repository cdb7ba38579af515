import { createHash } from 'node:crypto'
import { type ContentType, type Refused, recogniseContent, SAMPLE_BYTES } from './content-type.ts'
import { isZip, judgeZip, TAIL_BYTES } from './zip-contents.ts'

/** What is known of a file once all of it has passed. */
export interface Inspected extends ContentType {
  sha256: string
  bytes: number
}

/** A file that is judged, hashed and counted while it passes; never more than its two ends are kept. */
export interface Inspection {
  /** What its first bytes say that it is. */
  seems: ContentType | Refused
  /** The whole file again. Throws what `refuse` makes of a reason, where what comes later is not admitted. */
  content: AsyncGenerator<Buffer>
  /** To be asked when `content` has ended. */
  result(): Inspected
}

const EMPTY: Refused = { refused: 'Está vacío.' }
const ZEROS: Refused = { refused: 'Parece texto y trae bytes que no lo son.' }

/**
 * Opens the inspection of a file that arrives in chunks.
 * @param refuse makes the error of a reason; without it nothing that comes later is refused.
 */
export async function inspect(
  chunks: AsyncIterator<Buffer>,
  refuse?: (refused: Refused) => Error,
): Promise<Inspection> {
  const sample = await take(chunks, SAMPLE_BYTES)
  let is = sample.length === 0 ? EMPTY : await recogniseContent(sample)
  const seems = is
  const hash = createHash('sha256')
  const tail = isZip(sample) ? keepTail() : undefined
  let bytes = 0

  const judge = (verdict: ContentType | Refused) => {
    is = verdict
    if ('refused' in is && refuse) throw refuse(is)
  }

  async function* content(): AsyncGenerator<Buffer> {
    for (let chunk: Buffer | undefined = sample; chunk; ) {
      if ('isText' in is && is.isText && chunk.includes(0)) judge(ZEROS)
      bytes += chunk.length
      hash.update(chunk)
      tail?.add(chunk)
      yield chunk
      const next: IteratorResult<Buffer> = await chunks.next()
      chunk = next.done ? undefined : next.value
    }
    if (tail && 'mime' in is) {
      const verdict = await judgeZip(is, tail.bytes(), bytes)
      judge('refused' in verdict ? verdict : { ...verdict, isText: false })
    }
  }

  return {
    seems,
    content: content(),
    result: () => {
      const type = 'refused' in is ? { mime: 'application/octet-stream', extension: '', isText: false } : is
      return { ...type, bytes, sha256: hash.digest('hex') }
    },
  }
}

/** The last TAIL_BYTES, or a little more, of what is added. */
function keepTail() {
  const chunks: Buffer[] = []
  let length = 0
  return {
    add(chunk: Buffer) {
      chunks.push(chunk)
      length += chunk.length
      while (length - chunks[0]!.length >= TAIL_BYTES) length -= chunks.shift()!.length
    },
    bytes: () => Buffer.concat(chunks),
  }
}

/** The first bytes of a file: `size` of them or more, or all when it is shorter. */
async function take(chunks: AsyncIterator<Buffer>, size: number): Promise<Buffer> {
  const taken: Buffer[] = []
  let length = 0
  while (length < size) {
    const next = await chunks.next()
    if (next.done) break
    taken.push(next.value)
    length += next.value.length
  }
  return taken.length === 1 ? taken[0]! : Buffer.concat(taken)
}
