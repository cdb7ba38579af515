import * as v from 'valibot'
import { limitsOf } from '../buckets/limits.ts'
import type { StorageContext } from '../context.ts'
import { noSuchKey, notEnabled } from '../errors.ts'
import { asCaller } from '../http/caller.ts'
import { readJson } from '../http/json.ts'
import { claimsOf, type StorageRequest } from '../http/request.ts'
import { mustBeAllowedType } from '../mime.ts'
import { mustBeObjectName } from '../names.ts'
import { metadataOf, type ObjectRow } from '../rows.ts'
import { FIND, MOVE } from './statements.ts'

const Move = v.object({
  bucketId: v.string(),
  sourceKey: v.string(),
  destinationKey: v.string(),
  destinationBucket: v.optional(v.string()),
  sourceVersionId: v.optional(v.string()),
})

type Row = ObjectRow & Record<string, unknown>

/** POST /object/move — only the row moves: the bytes are stored by version, not by name. */
export async function moveObject(ctx: StorageContext, request: StorageRequest) {
  const claims = claimsOf(request)
  const {
    bucketId: bucket,
    sourceKey: name,
    destinationKey,
    destinationBucket = bucket,
    sourceVersionId,
  } = await readJson(request, Move)
  if (sourceVersionId !== undefined) throw notEnabled('versioning')
  const destination = mustBeObjectName(destinationKey)
  const limits = await limitsOf(ctx, destinationBucket)
  const moved = await asCaller(ctx, claims, 'storage.object.move', async (tx) => {
    const [source] = await tx.query<Row>(FIND, [bucket, name])
    if (!source) throw noSuchKey()
    if (destinationBucket !== bucket)
      mustBeAllowedType(metadataOf(source).mimetype ?? '', limits.allowedMimeTypes)
    const [row] = await tx.query<{ id: string }>(MOVE, [bucket, name, destinationBucket, destination])
    // It may be seen, but it may not be changed.
    if (!row) throw noSuchKey()
    await ctx.names.remove(bucket, [name])
    return row
  }).finally(() => ctx.names.refresh(bucket, destinationBucket === bucket ? [name, destination] : [name]))
  if (destinationBucket !== bucket) await ctx.names.refresh(destinationBucket, [destination])
  return { message: 'Successfully moved', Id: moved.id, Key: `${destinationBucket}/${destination}` }
}
