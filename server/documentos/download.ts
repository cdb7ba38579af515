import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { getRequestHeader, type H3Event } from 'h3'
import { problem } from '../http/problem.ts'
import { supabase } from '../session/supabase.ts'
import { isMissing, problemFromStorage } from './storage-errors.ts'

/** Where the bytes of a document are and how they are served. */
export interface Archivo {
  /** `<bucket>/<object>` */
  url_archivo: string
  nombre_archivo: string
  mime: string
  sha256: string | null
}

/** Until Storage begins to answer; from then on, a connection without a byte for a minute ends by itself. */
const PATIENCE_MS = 15_000

interface Download {
  status: number
  headers: Record<string, string>
  body: Readable
}

/**
 * Opens the object of a document as its reader: Storage asks Postgres with the caller's token. `Range` is
 * Storage's to answer, unless `If-Range` names another version.
 * @throws Problem 416, 403, 503.
 */
export async function openDownload(
  event: H3Event,
  { url_archivo, mime }: Archivo,
  { token, etag }: { token: string; etag: string },
): Promise<Download> {
  const { url, publishableKey } = supabase()
  const range = getRequestHeader(event, 'range')
  const isCurrent = (getRequestHeader(event, 'if-range') ?? etag) === etag
  const abort = new AbortController()
  event.node.res.once('close', () => abort.abort())
  const late = setTimeout(() => abort.abort(new Error('Storage did not answer in time')), PATIENCE_MS)
  const response = await fetch(`${url}/storage/v1/object/authenticated/${inAddress(url_archivo)}`, {
    headers: {
      authorization: `Bearer ${token}`,
      apikey: publishableKey,
      'x-request-id': event.context.requestId,
      'accept-encoding': 'identity',
      ...(range && isCurrent && { range }),
    },
    signal: abort.signal,
  })
    .catch((cause) => {
      throw problem('almacen_no_disponible', { cause })
    })
    .finally(() => clearTimeout(late))
  if (!response.ok || !response.body) throw await failure(response)
  const passed = ['content-length', 'content-range'].flatMap((name) => {
    const value = response.headers.get(name)
    return value === null ? [] : [[name, value]]
  })
  return {
    status: response.status === 206 ? 206 : 200,
    headers: {
      ...Object.fromEntries(passed),
      'content-type': mime,
      'accept-ranges': 'bytes',
      etag,
      // A paper is to be saved, not to be run as a page of this origin.
      'content-security-policy': "default-src 'none'; sandbox",
    },
    body: Readable.fromWeb(response.body as ReadableStream<Uint8Array>),
  }
}

/** A path as it stands in an address. storage-js writes it as it is: a name with `?` would be another object's. */
export const inAddress = (path: string) => path.split('/').map(encodeURIComponent).join('/')

/**
 * All the bytes of the object of a document, as its reader; Storage takes none of more than 50 MiB.
 * @throws Problem as {@link openDownload}.
 */
export async function readDownload(
  event: H3Event,
  { url_archivo }: Archivo,
  token: string,
): Promise<Uint8Array> {
  const [bucket, ...name] = url_archivo.split('/')
  const { data, error } = await supabase()
    .as(token, event.context.requestId)
    .storage.from(bucket!)
    .download(inAddress(name.join('/')))
  if (error) throw isMissing(error) ? problem('documento_no_existe') : problemFromStorage(error)
  return data.bytes()
}

async function failure(response: Response) {
  const told = (await response.json().catch(() => ({}))) as { statusCode?: string; message?: string }
  const failed = { message: '', ...told, status: response.status }
  return isMissing(failed) ? problem('documento_no_existe') : problemFromStorage(failed)
}
