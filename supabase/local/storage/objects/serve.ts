import { pipeline } from 'node:stream/promises'
import { attachment, withoutUnseen } from '../../../../server/http/file-name.ts'
import type { StorageContext } from '../context.ts'
import type { ByteRange } from '../driver/types.ts'
import { invalidRange } from '../errors.ts'
import { header, type StorageRequest } from '../http/request.ts'
import { ANSWERED } from '../http/router.ts'
import { bareType } from '../mime.ts'
import { isoTime, metadataOf, type ObjectRow } from '../rows.ts'
import { type FindObject, openObject } from './find.ts'
import { parseRange } from './range.ts'

// Objects share their origin with the API: what a browser opens here must not run. A PDF viewer does not
// start in a sandbox, and a PDF runs nothing of ours.
const INERT = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

const isPdf = (type: string) => bareType(type) === 'application/pdf'

/** Value of Content-Disposition for `?download=` (empty: keep the object's name). */
function disposition(download: string): string {
  return withoutUnseen(download) === '' ? 'attachment' : attachment(download)
}

interface Validators {
  etag: string
  lastModified: Date
}

export const validatorsOf = (row: ObjectRow): Validators => ({
  etag: metadataOf(row).eTag ?? `"${row.version}"`,
  lastModified: new Date(metadataOf(row).lastModified ?? isoTime(row.updated_at)),
})

const sameTag = (list: string, etag: string) =>
  list.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag)

/** True where the caller already holds this version. */
export function isUnchanged(request: StorageRequest, { etag, lastModified }: Validators): boolean {
  const tags = header(request, 'if-none-match')
  if (tags !== null) return sameTag(tags, etag)
  const since = Date.parse(header(request, 'if-modified-since') ?? '')
  return Math.floor(lastModified.getTime() / 1000) * 1000 <= since
}

/** The range wanted, if it is wanted of this version. */
function rangeOf(
  request: StorageRequest,
  size: number,
  { etag, lastModified }: Validators,
): ByteRange | null {
  const condition = header(request, 'if-range')
  if (
    condition !== null &&
    condition !== etag &&
    Date.parse(condition) < Math.floor(lastModified.getTime() / 1000) * 1000
  )
    return null
  if (condition?.startsWith('"') && condition !== etag) return null
  const range = parseRange(header(request, 'range'), size)
  if (range === 'unsatisfiable') throw invalidRange(size)
  return range
}

function headersOf(
  request: StorageRequest,
  row: ObjectRow,
  { etag, lastModified }: Validators,
  expires?: Date,
) {
  const metadata = metadataOf(row)
  const type = metadata.mimetype ?? 'application/octet-stream'
  const download = request.query.get('download')
  return {
    'accept-ranges': 'bytes',
    'content-type': type,
    etag,
    'last-modified': lastModified.toUTCString(),
    'x-content-type-options': 'nosniff',
    ...(expires
      ? { expires: expires.toUTCString() }
      : { 'cache-control': metadata.cacheControl ?? 'no-cache' }),
    ...(!isPdf(type) && { 'content-security-policy': INERT }),
    ...(metadata.contentEncoding && { 'content-encoding': metadata.contentEncoding }),
    ...(download !== null && { 'content-disposition': disposition(download) }),
  }
}

/**
 * Sends an object, or the part of it that was asked for.
 * @param expires end of the signed link it is asked through.
 */
export async function serveObject(
  ctx: StorageContext,
  request: StorageRequest,
  find: FindObject,
  expires?: Date,
) {
  const { res } = request.event.node
  const { row, opened } = await openObject(ctx, find)
  try {
    const validators = validatorsOf(row)
    const headers = headersOf(request, row, validators, expires)
    if (isUnchanged(request, validators)) {
      res.writeHead(304, headers).end()
      return ANSWERED
    }
    const range = rangeOf(request, opened.size, validators)
    res.writeHead(range ? 206 : 200, {
      ...headers,
      'content-length': range ? range.end - range.start + 1 : opened.size,
      ...(range && { 'content-range': `bytes ${range.start}-${range.end}/${opened.size}` }),
    })
    if (request.event.method === 'HEAD') res.end()
    // A reader that goes away ends the stream, and with it the open file.
    else await pipeline(opened.stream(range ?? undefined), res).catch(() => res.destroy())
    return ANSWERED
  } finally {
    await opened.close().catch(() => {})
  }
}
