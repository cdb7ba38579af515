import * as v from 'valibot'
import { limitsOf } from '../buckets/limits.ts'
import type { StorageContext } from '../context.ts'
import { entityTooLarge, notEnabled } from '../errors.ts'
import { cacheControl, encoding } from '../http/body.ts'
import { readJson } from '../http/json.ts'
import { claimsOf, header, type StorageRequest } from '../http/request.ts'
import { mustBeAllowedType } from '../mime.ts'
import { mustBeObjectName } from '../names.ts'
import { metadataOf } from '../rows.ts'
import { findAs, openObject } from './find.ts'
import { mustBeWritable, storeObject } from './write.ts'

const Copy = v.object({
  bucketId: v.string(),
  sourceKey: v.string(),
  destinationKey: v.string(),
  destinationBucket: v.optional(v.string()),
  sourceVersionId: v.optional(v.string()),
  copyMetadata: v.optional(v.boolean(), true),
  metadata: v.optional(
    v.object({
      cacheControl: v.optional(v.string()),
      contentEncoding: v.optional(v.string()),
      mimetype: v.optional(v.string()),
    }),
    {},
  ),
})

/** POST /object/copy — the bytes are copied, so that the copy outlives its source. */
export async function copyObject(ctx: StorageContext, request: StorageRequest) {
  const claims = claimsOf(request)
  const copy = await readJson(request, Copy)
  if (copy.sourceVersionId !== undefined) throw notEnabled('versioning')
  const bucket = copy.destinationBucket ?? copy.bucketId
  const name = mustBeObjectName(copy.destinationKey)
  const operation = 'storage.object.copy'
  const limits = await limitsOf(ctx, bucket)
  const { row, opened } = await openObject(ctx, findAs(ctx, claims, operation, copy.bucketId, copy.sourceKey))
  try {
    const source = metadataOf(row)
    const changes = copy.copyMetadata ? {} : copy.metadata
    const description = {
      mimetype: changes.mimetype ?? source.mimetype ?? 'application/octet-stream',
      cacheControl: changes.cacheControl
        ? cacheControl(changes.cacheControl)
        : (source.cacheControl ?? 'no-cache'),
      contentEncoding: encoding(changes.contentEncoding) ?? source.contentEncoding,
      userMetadata: copy.copyMetadata && row.user_metadata !== null ? JSON.parse(row.user_metadata) : null,
    }
    mustBeAllowedType(description.mimetype, limits.allowedMimeTypes)
    if (opened.size > limits.fileSizeLimit) throw entityTooLarge()
    const target = { claims, operation, bucket, name, upsert: header(request, 'x-upsert') === 'true' }
    const expected = { ...description, size: opened.size }
    await mustBeWritable(ctx, target, expected)
    const stored = await storeObject(ctx, target, {
      body: opened.stream(),
      expected,
      describe: async () => description,
    })
    return {
      Id: stored.id,
      Key: `${bucket}/${name}`,
      id: stored.id,
      name,
      bucket_id: bucket,
      version: stored.version,
      metadata: stored.metadata,
    }
  } finally {
    await opened.close().catch(() => {})
  }
}
