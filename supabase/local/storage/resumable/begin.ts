import { randomUUID } from 'node:crypto'
import { type BucketLimits, limitsOf } from '../buckets/limits.ts'
import type { StorageContext } from '../context.ts'
import { entityTooLarge, invalidRequest, missingCaller } from '../errors.ts'
import { cacheControl, userMetadata } from '../http/body.ts'
import { ownerOf } from '../http/caller.ts'
import { claimsOf, header, rawUrl, type StorageRequest } from '../http/request.ts'
import { verifyLink } from '../links.ts'
import { mustBeAllowedType } from '../mime.ts'
import { mustBeObjectName } from '../names.ts'
import { type Description, mustBeWritable, type Target } from '../objects/write.ts'
import type { Binding, UploadRecord } from './store.ts'

type Metadata = Record<string, string | null> | undefined

/** True for calls at /upload/resumable/sign, which bring a signed link instead of a key. */
export const isSignedCall = (request: StorageRequest) => rawUrl(request.event).segments[2] === 'sign'

/** What the client says of its object (Upload-Metadata). */
export function descriptionOf(metadata: Metadata): Description {
  return {
    mimetype: metadata?.contentType || 'application/octet-stream',
    cacheControl: cacheControl(metadata?.cacheControl),
    userMetadata: userMetadata(metadata?.metadata),
  }
}

/** Where an upload goes, with the rights of the call that carries it. */
export function targetOf(request: StorageRequest, binding: Binding): Target {
  const { bucket, name, upsert, link } = binding
  const operation = 'storage.tus.upload'
  return { claims: link ?? claimsOf(request), operation, bucket, name, upsert, isLink: link !== null }
}

/** The link that a call at /upload/resumable/sign brings. */
const linkOf = (ctx: StorageContext, request: StorageRequest, bucket: string, name: string) =>
  verifyLink(ctx, 'upload', header(request, 'x-signature'), `${bucket}/${name}`)

/** Who uploads, by what right, and whether it may replace. */
async function rightOf(ctx: StorageContext, request: StorageRequest, bucket: string, name: string) {
  if (isSignedCall(request)) {
    const { by, upsert = false } = await linkOf(ctx, request, bucket, name)
    return { claims: by, link: by, upsert }
  }
  return { claims: claimsOf(request), link: null, upsert: header(request, 'x-upsert') === 'true' }
}

/**
 * Checks that an upload may begin: name, size, type, and the caller's right to write.
 * @throws StorageError, or what Postgres refuses it with.
 */
export async function beginUpload(
  ctx: StorageContext,
  request: StorageRequest,
  metadata: Metadata,
): Promise<{ binding: Binding; limits: BucketLimits }> {
  if (!metadata?.bucketName || !metadata.objectName)
    throw invalidRequest('Upload-Metadata must name bucketName and objectName')
  const { bucketName: bucket, objectName } = metadata
  const name = mustBeObjectName(objectName)
  const { claims, link, upsert } = await rightOf(ctx, request, bucket, name)
  const limits = await limitsOf(ctx, bucket)
  const description = descriptionOf(metadata)
  mustBeAllowedType(description.mimetype, limits.allowedMimeTypes)
  const length = header(request, 'upload-length')
  const size = length === null ? undefined : Number(length)
  if (size !== undefined && size > limits.fileSizeLimit) throw entityTooLarge()
  const binding: Binding = {
    bucket,
    name,
    upsert,
    owner: ownerOf(claims).ownerId,
    role: claims.role,
    link,
    reserved: limits.fileSizeLimit,
    version: randomUUID(),
  }
  await mustBeWritable(ctx, targetOf(request, binding), { ...description, size })
  return { binding, limits }
}

/**
 * Is this call by whoever began the upload?
 * @throws StorageError where a signed call brings no valid link, or no caller came at all.
 */
export async function isByItsOwner(
  ctx: StorageContext,
  request: StorageRequest,
  record: UploadRecord,
): Promise<boolean> {
  const { bucket, name, owner, role, link } = record.binding
  const isSigned = isSignedCall(request)
  if (isSigned !== (link !== null)) return false
  if (!isSigned && !request.event.context.identity) throw missingCaller()
  const claims = isSigned ? (await linkOf(ctx, request, bucket, name)).by : claimsOf(request)
  return claims.role === role && ownerOf(claims).ownerId === owner
}
