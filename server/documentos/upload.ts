import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { SupabaseClient } from '@supabase/supabase-js'
import type { IncomingFile } from '../http/form.ts'
import { fieldProblem } from '../http/problem.ts'
import { log } from '../process/log.ts'
import { countUpload } from '../process/metrics.ts'
import type { Refused } from './content/content-type.ts'
import { type Inspected, inspect } from './content/inspect-file.ts'
import { isDuplicate, problemFromStorage } from './storage-errors.ts'

export const BUCKET = 'contratos'

/** What is known of a file once all of it has arrived. */
export interface StoredFile extends Inspected {
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
      const inspection = await inspect(chunks, notAdmitted)
      const { seems } = inspection
      if ('refused' in seems) throw notAdmitted(seems)

      const provisional = `${folder}/subida_${randomUUID()}.${seems.extension}`
      const body = Readable.from(inspection.content, { objectMode: false })
      const { error } = await bucket.upload(provisional, body, { contentType: seems.mime, duplex: 'half' })
      if (error) throw problemFromStorage(content.errored ?? body.errored ?? error)
      stored = provisional
      const result = inspection.result()
      countUpload(result.bytes)
      return { ...result, name }
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

const notAdmitted = ({ refused }: Refused) => fieldProblem('archivo', refused, 'archivo_no_admitido')
