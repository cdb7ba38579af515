import { buffer } from 'node:stream/consumers'
import { NotAnImage } from '../../../../server/process/thumbnails/transform.ts'
import { TooManyAtOnce, TurnTooLate } from '../../../../server/process/turns.ts'
import type { StorageContext } from '../context.ts'
import { invalidRequest, noSuchKey, StorageError } from '../errors.ts'
import { header, type StorageRequest } from '../http/request.ts'
import { ANSWERED } from '../http/router.ts'
import { bareType } from '../mime.ts'
import type { FindObject } from '../objects/find.ts'
import { isUnchanged, validatorsOf } from '../objects/serve.ts'
import { metadataOf, type ObjectRow } from '../rows.ts'
import { type Options, transformOf } from './options.ts'

function toStorage(error: unknown): unknown {
  if (error instanceof NotAnImage) return invalidRequest('The object is not an image that can be transformed')
  if (error instanceof TooManyAtOnce || error instanceof TurnTooLate)
    return new StorageError(
      'SlowDown',
      429,
      'Too many images are being transformed: try again',
    ).withHttpStatus(429, { 'retry-after': '2' })
  return error
}

/** The bytes that a row speaks of, opened when they are to be drawn: whoever waits holds no file. */
async function readVersion(ctx: StorageContext, { version }: ObjectRow): Promise<Uint8Array> {
  const opened = version ? await ctx.driver.open(version) : null
  if (!opened) throw noSuchKey()
  try {
    return await buffer(opened.stream())
  } finally {
    await opened.close().catch(() => {})
  }
}

/**
 * Sends an image as it was asked for; kept for the next who asks the same.
 * @param options.caller whose turn it takes; those without a session share one.
 * @param options.expires end of the signed link it is asked through.
 * @throws StorageError where the object is no image, or more is asked for at once than is drawn.
 */
export async function serveImage(
  ctx: StorageContext,
  request: StorageRequest,
  find: FindObject,
  { wanted, caller, expires }: { wanted: Options; caller: string | undefined; expires?: Date },
) {
  const { res } = request.event.node
  const row = await find()
  const { mimetype = '', cacheControl = 'no-cache', size } = metadataOf(row)
  const transform = transformOf(wanted, bareType(mimetype), header(request, 'accept'))
  const { lastModified } = validatorsOf(row)
  const etag = `"${row.version}/${Object.values(transform).join('-')}"`
  const headers = {
    etag,
    vary: 'Accept',
    'last-modified': lastModified.toUTCString(),
    'x-content-type-options': 'nosniff',
    ...(expires ? { expires: expires.toUTCString() } : { 'cache-control': cacheControl }),
  }
  if (isUnchanged(request, { etag, lastModified })) {
    res.writeHead(304, headers).end()
    return ANSWERED
  }
  const { bytes, mime } = await ctx.renderer
    .render({
      caller: caller ?? 'anon',
      version: row.version ?? '',
      size,
      transform,
      onlyImages: true,
      load: () => readVersion(ctx, row),
    })
    .catch((error) => {
      throw toStorage(error)
    })
  res.writeHead(200, { ...headers, 'content-type': mime, 'content-length': bytes.byteLength })
  res.end(request.event.method === 'HEAD' ? undefined : bytes)
  return ANSWERED
}
