import { createHash, randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { SupabaseClient } from '@supabase/supabase-js'
import { countUpload } from '../metrics/metrics.ts'
import { type ContentType, recogniseContent, SAMPLE_BYTES } from './content-type.ts'
import type { IncomingFile } from './form.ts'
import { log } from './log.ts'
import { fieldProblem } from './problem.ts'
import { isDuplicate, problemFromStorage } from './storage-errors.ts'

export const BUCKET = 'contratos'

/** What is known of a file once all of it has arrived. */
export interface StoredFile extends ContentType {
  sha256: string
  bytes: number
  /** What the uploader's device called it. */
  name: string
}

/**
 * An upload on its way to Storage as the caller. Its bytes pass through once, under a provisional name of the
 * contract's folder, because the final one depends on what only the end of the form and of the bytes tell: the
 * kind, and whether the contract has these very bytes already. Then it is moved, or discarded.
 */
export interface Upload {
  /** Streams a file into the folder. */
  receive(file: IncomingFile): Promise<StoredFile>
  /** Gives it its final name; false when that name was taken meanwhile. */
  moveTo(object: string): Promise<boolean>
  /**
   * Removes it from Storage, wherever it is now, unless it is what was registered; a failure is logged and
   * leaves an unregistered object.
   * @param registered `<bucket>/<object>` of the document that was answered, or ''.
   */
  discardUnless(registered: string): Promise<void>
}

/** Opens an upload into the folder of a contract; nothing is stored before `receive`. */
export function openUpload(supabase: SupabaseClient, folder: string): Upload {
  const bucket = supabase.storage.from(BUCKET)
  let stored: string | undefined

  return {
    async receive({ name, content }) {
      const chunks = content[Symbol.asyncIterator]() as AsyncIterator<Buffer>
      const sample = await take(chunks, SAMPLE_BYTES)
      if (sample.length === 0) throw fieldProblem('archivo', 'Está vacío.', 'archivo_no_admitido')
      const type = await recogniseContent(sample)
      if (!type) throw notAdmitted()

      const tally = { bytes: 0, hash: createHash('sha256') }
      const provisional = `${folder}/subida_${randomUUID()}.${type.extension}`
      const body = Readable.from(counted(sample, chunks, type, tally), { objectMode: false })
      const { error } = await bucket.upload(provisional, body, { contentType: type.mime, duplex: 'half' })
      if (error) throw problemFromStorage(content.errored ?? body.errored ?? error)
      stored = provisional
      countUpload(tally.bytes)
      return { ...type, name, bytes: tally.bytes, sha256: tally.hash.digest('hex') }
    },

    async moveTo(object) {
      const { error } = await bucket.move(stored!, object)
      if (error && isDuplicate(error)) return false
      if (error) throw problemFromStorage(error)
      stored = object
      return true
    },

    async discardUnless(registered) {
      if (!stored || registered === `${BUCKET}/${stored}`) return
      const { error } = await bucket.remove([stored])
      if (error)
        log.warn({ object: stored, reason: error.message }, 'an unregistered object was left in storage')
    },
  }
}

const notAdmitted = () =>
  fieldProblem(
    'archivo',
    'El contenido no es PDF, XML, imagen (JPEG, PNG, WebP) ni CSV.',
    'archivo_no_admitido',
  )

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

/** The whole file again, hashed and counted as it passes. */
async function* counted(
  sample: Buffer,
  rest: AsyncIterator<Buffer>,
  type: ContentType,
  tally: { bytes: number; hash: ReturnType<typeof createHash> },
): AsyncGenerator<Buffer> {
  for (let chunk: Buffer | undefined = sample; chunk; ) {
    if (type.isText && chunk.includes(0)) throw notAdmitted()
    tally.bytes += chunk.length
    tally.hash.update(chunk)
    yield chunk
    const next: IteratorResult<Buffer> = await rest.next()
    chunk = next.done ? undefined : next.value
  }
}
