import { randomUUID } from 'node:crypto'
import { type BucketLimits, limitsOf } from '../buckets/limits.ts'
import type { StorageContext } from '../context.ts'
import { entityTooLarge, invalidRequest, missingCaller } from '../errors.ts'
import { cacheControl, userMetadata } from '../http/body.ts'
import { ownerOf, SERVICE } from '../http/caller.ts'
import { claimsOf, header, rawUrl, type StorageRequest } from '../http/request.ts'
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
  const { bucket, name, upsert, isSigned, owner } = binding
  const operation = 'storage.tus.upload'
  if (!isSigned) return { claims: claimsOf(request), operation, bucket, name, upsert }
  return { claims: SERVICE, operation, bucket, name, upsert, owner: owner ?? undefined }
}

async function bind(
  ctx: StorageContext,
  request: StorageRequest,
  bucket: string,
  name: string,
): Promise<Binding> {
  const version = randomUUID()
  if (isSignedCall(request)) {
    const signed = await ctx.signatures.verify('upload', header(request, 'x-signature'), `${bucket}/${name}`)
    return {
      bucket,
      name,
      upsert: signed.upsert ?? false,
      owner: signed.owner ?? null,
      role: 'service_role',
      isSigned: true,
      version,
    }
  }
  const claims = claimsOf(request)
  const upsert = header(request, 'x-upsert') === 'true'
  return { bucket, name, upsert, owner: ownerOf(claims).ownerId, role: claims.role, isSigned: false, version }
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
  const binding = await bind(ctx, request, metadata.bucketName, mustBeObjectName(metadata.objectName))
  const limits = await limitsOf(ctx, binding.bucket)
  const description = descriptionOf(metadata)
  mustBeAllowedType(description.mimetype, limits.allowedMimeTypes)
  const length = header(request, 'upload-length')
  const size = length === null ? undefined : Number(length)
  if (size !== undefined && size > limits.fileSizeLimit) throw entityTooLarge()
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
  const { bucket, name, owner, role, isSigned } = record.binding
  if (isSigned !== isSignedCall(request)) return false
  if (isSigned) {
    await ctx.signatures.verify('upload', header(request, 'x-signature'), `${bucket}/${name}`)
    return true
  }
  if (!request.event.context.identity) throw missingCaller()
  const claims = claimsOf(request)
  return claims.role === role && ownerOf(claims).ownerId === owner
}
