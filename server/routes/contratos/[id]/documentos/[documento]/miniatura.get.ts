import { getRequestHeader, setResponseHeaders, setResponseStatus } from 'h3'
import { archivoDe } from '../../../../../documentos/archivo-de.ts'
import { readDownload } from '../../../../../documentos/download.ts'
import { MiniaturaSchema } from '../../../../../documentos/schemas.ts'
import { isKnown } from '../../../../../http/etag.ts'
import { readQueryAs } from '../../../../../http/input.ts'
import { fromDatabase } from '../../../../../http/postgres-errors.ts'
import { problem } from '../../../../../http/problem.ts'
import { thumbnails } from '../../../../../process/thumbnails/thumbnails.ts'
import { NotAnImage, type Transform } from '../../../../../process/thumbnails/transform.ts'
import { asUser } from '../../../../../session/as-user.ts'

/** GET /contratos/{id}/documentos/{documento}/miniatura — a photo, or the first page of a PDF, small. */
export default asUser(async (event, db) => {
  const { ancho, alto } = readQueryAs(event, MiniaturaSchema)
  const { archivo, version } = await archivoDe(event, db)
  const format = /image\/webp/i.test(getRequestHeader(event, 'accept') ?? '') ? 'webp' : 'jpeg'
  const transform: Transform = { width: ancho, height: alto, resize: 'contain', quality: 75, format }
  const headers = { vary: 'Accept', 'cache-control': 'private, max-age=86400' }
  // What is drawn of a document never changes either.
  if (isKnown(event, `"${version}/${ancho}x${alto ?? ''}.${format}"`)) {
    setResponseHeaders(event, headers)
    setResponseStatus(event, 304)
    return null
  }
  const { bytes, mime } = await thumbnails()
    .render({
      caller: String(db.claims.sub),
      // Where its bytes are, which nobody changes once it is registered; not what they are said to be.
      version: archivo.url_archivo,
      transform,
      onlyImages: false,
      load: () => readDownload(event, archivo, db.token),
    })
    .catch((error) => {
      throw error instanceof NotAnImage ? problem('sin_miniatura', { cause: error }) : fromDatabase(error)
    })
  setResponseHeaders(event, { ...headers, 'content-type': mime, 'content-length': bytes.byteLength })
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
})
