import { createReadStream } from 'node:fs'
import { limitsOf } from '../buckets/limits.ts'
import type { StorageContext } from '../context.ts'
import { entityTooLarge, toStorageError } from '../errors.ts'
import { SERVICE } from '../http/caller.ts'
import type { StorageRequest } from '../http/request.ts'
import { mustBeAllowedType } from '../mime.ts'
import { KNOWN_VERSIONS } from '../objects/statements.ts'
import { storeObject } from '../objects/write.ts'
import { descriptionOf, targetOf } from './begin.ts'
import type { ResumableStore, UploadRecord } from './store.ts'

async function makeObject(
  ctx: StorageContext,
  store: ResumableStore,
  request: StorageRequest,
  record: UploadRecord,
) {
  const { binding, size = 0 } = record
  const description = descriptionOf(record.metadata)
  const limits = await limitsOf(ctx, binding.bucket)
  mustBeAllowedType(description.mimetype, limits.allowedMimeTypes)
  if (size > limits.fileSizeLimit) throw entityTooLarge()
  const body = createReadStream(store.partOf(record.id), { highWaterMark: 256 * 1024 })
  const expected = { ...description, size }
  await storeObject(
    ctx,
    targetOf(request, binding),
    { body, expected, describe: async () => description },
    binding.version,
  )
}

/**
 * Turns uploads that have all their bytes into objects, each exactly once: also when the server was killed
 * between the object and its note, and when two calls notice the end at once.
 */
export function createFinisher(ctx: StorageContext, store: ResumableStore) {
  const running = new Map<string, Promise<void>>()

  async function finish(request: StorageRequest, id: string): Promise<void> {
    const record = await store.record(id)
    if (!record || record.isFinished) return
    const made = await ctx.admin.as(SERVICE).query(KNOWN_VERSIONS, [[record.binding.version]])
    try {
      if (made.length === 0) await makeObject(ctx, store, request, record)
    } catch (error) {
      // Kept, it would tell a client that asks how far it got that it is done.
      if (toStorageError(error).statusCode < 500) await store.remove(id)
      throw error
    }
    await store.finish(record)
  }

  return (request: StorageRequest, id: string): Promise<void> => {
    const current = running.get(id) ?? finish(request, id).finally(() => running.delete(id))
    running.set(id, current)
    return current
  }
}
