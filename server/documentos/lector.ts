import type { SupabaseClient } from '@supabase/supabase-js'
import { type Inspected, inspect } from './content/inspect-file.ts'
import { inAddress } from './download.ts'
import { isMissing } from './storage-errors.ts'

/** Of a download that does not move; one that moves may take as long as it likes. */
const SILENCE_MS = 60_000

/**
 * Reads the stored bytes of an object, one pass in constant memory: their hash, and what they are.
 * @param storage with the secret key: it works for nobody in particular.
 * @param url `<bucket>/<object>`.
 * @returns undefined when there is no such object.
 * @throws what Storage fails with, or what ended the reading.
 */
export async function leerObjeto(
  storage: SupabaseClient['storage'],
  url: string,
  ended?: AbortSignal,
): Promise<Inspected | undefined> {
  const [bucket = '', ...objeto] = url.split('/')
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(new Error('Storage fell silent')), SILENCE_MS)
  const signal = ended ? AbortSignal.any([ended, silence.signal]) : silence.signal
  try {
    const { data, error } = await storage
      .from(bucket)
      .download(inAddress(objeto.join('/')), {}, { signal })
      .asStream()
    if (error) {
      if (isMissing(error)) return undefined
      throw error
    }
    const chunks = (data as unknown as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
    const inspection = await inspect({
      next: async () => {
        const { done, value } = await chunks.next()
        timer.refresh()
        if (done) return { done, value: undefined }
        return { done: false, value: Buffer.from(value.buffer, value.byteOffset, value.byteLength) }
      },
    })
    for await (const _ of inspection.content);
    return inspection.result()
  } finally {
    clearTimeout(timer)
  }
}
