import { limitsOf } from '../buckets/limits.ts'
import type { StorageContext } from '../context.ts'
import { openBody } from '../http/body.ts'
import { claimsOf, header, type StorageRequest } from '../http/request.ts'
import { mustBeObjectName } from '../names.ts'
import { type Incoming, mustBeWritable, storeObject, type Target } from './write.ts'

/**
 * Takes the object in the body of a request. No transaction is open while the body flows: the caller is
 * checked before, and once more when the row is written.
 */
export async function receive(ctx: StorageContext, request: StorageRequest, target: Target) {
  const share = ctx.arriving.open(target.claims)
  let incoming: Incoming | undefined
  try {
    incoming = await openBody(request, await limitsOf(ctx, target.bucket), share)
    await mustBeWritable(ctx, target, incoming.expected)
    const { id } = await storeObject(ctx, target, incoming)
    return { Id: id, Key: `${target.bucket}/${target.name}` }
  } finally {
    incoming?.body.destroy()
    share.close()
  }
}

function upload(ctx: StorageContext, request: StorageRequest, upsert: boolean, operation: string) {
  const name = mustBeObjectName(request.name)
  return receive(ctx, request, { claims: claimsOf(request), operation, bucket: request.bucket, name, upsert })
}

/** POST /object/:bucket/* — a new object; with `x-upsert: true` it may replace one. */
export const createObject = (ctx: StorageContext, request: StorageRequest) =>
  upload(ctx, request, header(request, 'x-upsert') === 'true', 'storage.object.upload')

/** PUT /object/:bucket/* — replaces an object, or makes it. */
export const updateObject = (ctx: StorageContext, request: StorageRequest) =>
  upload(ctx, request, true, 'storage.object.upload_update')
