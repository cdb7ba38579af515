import { limitsOf } from '../buckets/limits.ts'
import type { StorageContext } from '../context.ts'
import { SERVICE } from '../http/caller.ts'
import { claimsOf, header, type StorageRequest } from '../http/request.ts'
import { mustBeObjectName } from '../names.ts'
import { receive } from './upload.ts'
import { mustBeWritable } from './write.ts'

const TWO_HOURS = 2 * 3600

/** POST /object/upload/sign/:bucket/* — a link through which one object may be written, by whoever holds it. */
export async function signUpload(ctx: StorageContext, request: StorageRequest) {
  const claims = claimsOf(request)
  const { bucket } = request
  const name = mustBeObjectName(request.name)
  const upsert = header(request, 'x-upsert') === 'true'
  await limitsOf(ctx, bucket)
  await mustBeWritable(ctx, { claims, operation: 'storage.object.sign_upload_url', bucket, name, upsert })
  const url = `${bucket}/${name}`
  const token = await ctx.signatures.sign('upload', { url, owner: claims.sub, upsert }, TWO_HOURS)
  return { url: `/object/upload/sign/${url}?token=${token}`, token }
}

/** PUT /object/upload/sign/:bucket/*?token= — the rights are those of whoever asked for the link, then. */
export async function uploadSigned(ctx: StorageContext, request: StorageRequest) {
  const { bucket } = request
  const name = mustBeObjectName(request.name)
  const { owner, upsert = false } = await ctx.signatures.verify(
    'upload',
    request.query.get('token'),
    `${bucket}/${name}`,
  )
  const operation = 'storage.object.upload_signed'
  return receive(ctx, request, { claims: SERVICE, operation, bucket, name, upsert, owner })
}
