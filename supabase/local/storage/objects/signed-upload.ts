import { limitsOf } from '../buckets/limits.ts'
import type { StorageContext } from '../context.ts'
import { claimsOf, header, type StorageRequest } from '../http/request.ts'
import { makerOf, verifyLink } from '../links.ts'
import { mustBeObjectName } from '../names.ts'
import { receive } from './upload.ts'
import { mustBeWritable } from './write.ts'

/** POST /object/upload/sign/:bucket/* — a link through which one object may be written, by whoever holds it. */
export async function signUpload(ctx: StorageContext, request: StorageRequest) {
  const claims = claimsOf(request)
  const { bucket } = request
  const name = mustBeObjectName(request.name)
  const upsert = header(request, 'x-upsert') === 'true'
  await limitsOf(ctx, bucket)
  const operation = 'storage.object.sign_upload_url'
  await mustBeWritable(ctx, { claims, operation, bucket, name, upsert, isLink: true })
  const url = `${bucket}/${name}`
  const link = { url, by: makerOf(claims), upsert }
  const token = await ctx.signatures.sign('upload', link, ctx.limits.uploadLinkSeconds)
  return { url: `/object/upload/sign/${url}?token=${token}`, token }
}

/** PUT /object/upload/sign/:bucket/*?token= — the rights are those that whoever made the link has now. */
export async function uploadSigned(ctx: StorageContext, request: StorageRequest) {
  const { bucket } = request
  const name = mustBeObjectName(request.name)
  const token = request.query.get('token')
  const { by: claims, upsert = false } = await verifyLink(ctx, 'upload', token, `${bucket}/${name}`)
  const operation = 'storage.object.upload_signed'
  return receive(ctx, request, { claims, operation, bucket, name, upsert, isLink: true })
}
