import type { StorageContext } from '../context.ts'
import { bucketNotEmpty, noSuchBucket, sqlStateOf } from '../errors.ts'
import { asCaller, SERVICE } from '../http/caller.ts'
import { claimsOf, type StorageRequest } from '../http/request.ts'
import { ALLOW_DELETE } from '../objects/statements.ts'

const VISIBLE = 'select id from storage.buckets where id = $1'
const ANY_OBJECT = 'select id from storage.objects where bucket_id = $1 limit 1'
const DELETE = 'delete from storage.buckets where id = $1 returning id'

/** DELETE /bucket/:bucket */
export async function deleteBucket(ctx: StorageContext, request: StorageRequest) {
  const { bucket } = request
  try {
    await asCaller(ctx, claimsOf(request), 'storage.bucket.delete', async (tx) => {
      if ((await tx.query(VISIBLE, [bucket])).length === 0) throw noSuchBucket()
      // Also what the caller cannot see keeps a bucket from being deleted.
      if ((await ctx.admin.as(SERVICE).query(ANY_OBJECT, [bucket])).length > 0) throw bucketNotEmpty()
      await tx.query(ALLOW_DELETE)
      if ((await tx.query(DELETE, [bucket])).length === 0) throw noSuchBucket()
    })
  } catch (error) {
    // An object arrived in between.
    if (sqlStateOf(error) === '23503') throw bucketNotEmpty()
    throw error
  }
  await ctx.names.removeBucket(bucket)
  return { message: 'Successfully deleted' }
}
