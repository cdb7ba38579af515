import { getRequestHeader, setResponseHeaders, setResponseStatus } from 'h3'
import { NotAnImage, type Transform } from '../../../../../miniaturas/transform.ts'
import { MiniaturaSchema } from '../../../../../schemas/documentos.ts'
import { archivoDe } from '../../../../../utils/archivo-de.ts'
import { comoUsuario } from '../../../../../utils/como-usuario.ts'
import { readDownload } from '../../../../../utils/download.ts'
import { isKnown } from '../../../../../utils/etag.ts'
import { readQueryAs } from '../../../../../utils/input.ts'
import { fromDatabase } from '../../../../../utils/postgres-errors.ts'
import { problem } from '../../../../../utils/problem.ts'
import { services } from '../../../../../utils/services.ts'

/** GET /contratos/{id}/documentos/{documento}/miniatura — a photo, or the first page of a PDF, small. */
export default comoUsuario(async (event, db) => {
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
  const { bytes, mime } = await services()
    .miniaturas.render({
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
