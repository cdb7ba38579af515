import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, gzip, constants as zlib } from 'node:zlib'
import {
  appendResponseHeader,
  getQuery,
  getRequestHeader,
  type H3Event,
  setResponseHeaders,
  setResponseStatus,
} from 'h3'
import { isKnown } from './etag.ts'

/** Text that is the same for everybody until the process ends, with its compressed forms made once, when asked for. */
export interface Prepared {
  /** Digest of the text: in its address, it may be kept for ever. */
  version: string
  type: string
  plain: Buffer
  as(encoding: 'br' | 'gzip'): Promise<Buffer>
}

const COMPRESS = {
  // Of 4.9 MB: 1.2 MB in 0.4 s of another thread; the last tenth would take 17 s.
  br: (text: Buffer) => promisify(brotliCompress)(text, { params: { [zlib.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: (text: Buffer) => promisify(gzip)(text),
}

export function prepare(text: string, type: string): Prepared {
  const plain = Buffer.from(text)
  const made: { [encoding in keyof typeof COMPRESS]?: Promise<Buffer> } = {}
  return {
    version: createHash('sha256').update(plain).digest('base64url').slice(0, 16),
    type,
    plain,
    as: (encoding) => (made[encoding] ??= COMPRESS[encoding](plain)),
  }
}

const accepts = (event: H3Event, encoding: string) =>
  (getRequestHeader(event, 'accept-encoding') ?? '')
    .split(',')
    .map((part) => part.trim().replaceAll(' ', ''))
    .some((part) => (part === encoding || part.startsWith(`${encoding};`)) && !/;q=0(\.0*)?$/.test(part))

/**
 * Answers it as small as the caller can read. Asked by its version (`?v=…`), it is kept for ever; otherwise the caller
 * asks each time whether it has changed.
 */
export async function sendPrepared(
  event: H3Event,
  { version, type, plain, as }: Prepared,
): Promise<Buffer | null> {
  const isVersioned = getQuery(event).v === version
  setResponseHeaders(event, {
    'content-type': type,
    'cache-control': isVersioned ? 'public, max-age=31536000, immutable' : 'no-cache',
  })
  appendResponseHeader(event, 'vary', 'Accept-Encoding')
  const encoding = accepts(event, 'br') ? 'br' : accepts(event, 'gzip') ? 'gzip' : null
  if (isKnown(event, `"${version}${encoding ? `-${encoding}` : ''}"`)) {
    setResponseStatus(event, 304)
    return null
  }
  if (!encoding) return plain
  setResponseHeaders(event, { 'content-encoding': encoding })
  return as(encoding)
}
