import type { StorageContext } from '../context.ts'
import { noSuchBucket, StorageError } from '../errors.ts'
import { asCaller, SERVICE } from '../http/caller.ts'
import { claimsOf, type StorageRequest } from '../http/request.ts'
import { removeObjects } from '../objects/remove.ts'

const BATCH = 500
const VISIBLE = 'select id from storage.buckets where id = $1'
const NAMES = `select name from storage.objects where bucket_id = $1 order by name collate "C" limit ${BATCH}`
const ANY_OBJECT = 'select id from storage.objects where bucket_id = $1 limit 1'

/** POST /bucket/:bucket/empty — removes every object that the caller may remove. */
export async function emptyBucket(ctx: StorageContext, request: StorageRequest) {
  const claims = claimsOf(request)
  const { bucket } = request
  const operation = 'storage.bucket.empty'
  const visible = await asCaller(ctx, claims, operation, (tx) => tx.query(VISIBLE, [bucket]))
  if (visible.length === 0) throw noSuchBucket()
  for (;;) {
    const rows = await asCaller(ctx, claims, operation, (tx) => tx.query<{ name: string }>(NAMES, [bucket]))
    if (rows.length === 0) break
    const removed = await removeObjects(ctx, {
      claims,
      operation,
      bucket,
      names: rows.map(({ name }) => name),
    })
    if (removed.length === 0) break
  }
  const left = await ctx.admin.as(SERVICE).query(ANY_OBJECT, [bucket])
  if (left.length > 0) {
    throw new StorageError(
      'InvalidRequest',
      409,
      'Unable to empty the bucket: some of its objects may not be removed by the caller',
    )
  }
  return { message: 'Successfully emptied' }
}
