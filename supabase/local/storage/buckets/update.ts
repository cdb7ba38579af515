import * as v from 'valibot'
import type { StorageContext } from '../context.ts'
import { noSuchBucket } from '../errors.ts'
import { asCaller } from '../http/caller.ts'
import { readJson } from '../http/json.ts'
import { claimsOf, type StorageRequest } from '../http/request.ts'
import { BucketSettings, checkSettings } from './limits.ts'

const Changes = v.object({ id: v.optional(v.string()), name: v.optional(v.string()), ...BucketSettings })

// A field that was not sent stays as it is; null lifts a limit.
const UPDATE = `update storage.buckets set
    public = coalesce($2, public),
    file_size_limit = case when $3 then $4 else file_size_limit end,
    allowed_mime_types = case when $5 then $6 else allowed_mime_types end
  where id = $1 returning id`

/** PUT /bucket/:bucket */
export async function updateBucket(ctx: StorageContext, request: StorageRequest) {
  const claims = claimsOf(request)
  const changes = await readJson(request, Changes)
  const limit = checkSettings(ctx, changes)
  const types = changes.allowed_mime_types
  const rows = await asCaller(ctx, claims, 'storage.bucket.update', (tx) =>
    tx.query(UPDATE, [
      request.bucket,
      changes.public ?? null,
      limit !== undefined,
      limit ?? null,
      types !== undefined,
      types ?? null,
    ]),
  )
  if (rows.length === 0) throw noSuchBucket()
  return { message: 'Successfully updated' }
}
