import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { BucketLimits } from '../buckets/limits.ts'
import { aborted, entityTooLarge, invalidRequest, StorageError } from '../errors.ts'
import { mustBeAllowedType } from '../mime.ts'
import type { Share } from '../objects/arriving.ts'
import type { Incoming } from '../objects/write.ts'
import { onceCut } from './cut.ts'
import { limitBytes } from './limit.ts'
import { openMultipart } from './multipart.ts'
import { header, type StorageRequest } from './request.ts'

/** `3600` or `max-age=3600` → `max-age=3600`; nothing sent → `no-cache`. */
export function cacheControl(value: string | null | undefined): string {
  if (!value) return 'no-cache'
  if (/^\d+$/.test(value)) return `max-age=${value}`
  // It comes back as a header of every download.
  return /^[\x20-\x7e]{1,256}$/.test(value) ? value : 'no-cache'
}

/** It comes back as a header of every download. */
export const encoding = (value: string | null | undefined) =>
  value && /^[\w-]{1,32}$/.test(value) ? value : undefined

/** @throws StorageError where the text is not a JSON object. */
export function userMetadata(text: string | null | undefined): Record<string, unknown> | null {
  if (!text) return null
  let value: unknown
  try {
    value = JSON.parse(text)
    // It is written once more on its way to Postgres: what is nested too deep for that fails here.
    JSON.stringify(value)
  } catch {
    value = null
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidRequest('The metadata is not a JSON object')
  }
  return value as Record<string, unknown>
}

/** The bytes of one body, counted; too many of them, or an end that comes too soon, fail its reader. */
function limited(request: IncomingMessage, source: Readable, limit: number, share: Share): Readable {
  const body = limitBytes(limit, share.take)
  source.on('error', (error) => body.destroy(error instanceof StorageError ? error : aborted()))
  // It may fail before anybody reads it, who then hears of it by reading.
  body.on('error', () => {})
  // Not pipeline(): it would close the connection, which is still to carry the answer.
  source.pipe(body)
  body.once(
    'close',
    onceCut(request, () => body.destroy(aborted())),
  )
  return body
}

/**
 * The object in the body of a request: a multipart form with one file, as browsers and Blobs are sent, or
 * the bytes themselves.
 */
export async function openBody(
  request: StorageRequest,
  limits: BucketLimits,
  share: Share,
): Promise<Incoming> {
  const message = request.event.node.req
  const type = header(request, 'content-type') ?? 'application/octet-stream'
  const length = header(request, 'content-length')
  const declared = length === null ? undefined : Number(length)
  if (/^multipart\/form-data/i.test(type)) {
    const { file, mimetype, fields, ended } = await openMultipart(message)
    mustBeAllowedType(mimetype, limits.allowedMimeTypes)
    const described = () => ({
      mimetype,
      cacheControl: cacheControl(fields.get('cacheControl')),
      contentEncoding: encoding(fields.get('contentEncoding')),
      userMetadata: userMetadata(fields.get('metadata')),
    })
    // What it says of itself may be no good: then nothing is read of it.
    const expected = { ...described(), size: declared }
    return {
      body: limited(message, file, limits.fileSizeLimit, share),
      expected,
      describe: () => ended.then(described),
    }
  }
  mustBeAllowedType(type, limits.allowedMimeTypes)
  if (declared !== undefined && declared > limits.fileSizeLimit) throw entityTooLarge()
  const metadata = header(request, 'x-metadata')
  const described = {
    mimetype: type,
    cacheControl: cacheControl(header(request, 'cache-control')),
    contentEncoding: encoding(header(request, 'content-encoding')),
    userMetadata: userMetadata(metadata && Buffer.from(metadata, 'base64').toString('utf8')),
  }
  return {
    body: limited(message, message, limits.fileSizeLimit, share),
    expected: { ...described, size: declared },
    describe: async () => described,
  }
}
