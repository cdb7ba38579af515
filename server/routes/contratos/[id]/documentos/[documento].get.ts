import { setResponseHeaders, setResponseStatus } from 'h3'
import { archivoDe } from '../../../../documentos/archivo-de.ts'
import { openDownload } from '../../../../documentos/download.ts'
import { isKnown } from '../../../../http/etag.ts'
import { attachment } from '../../../../http/file-name.ts'
import { asUser } from '../../../../session/as-user.ts'

/** GET /contratos/{id}/documentos/{documento} — its bytes, whole or by range. Rule: storage.objects policies. */
export default asUser(async (event, db) => {
  const { archivo, version } = await archivoDe(event, db)
  const etag = `"${version}"`
  if (isKnown(event, etag)) {
    setResponseStatus(event, 304)
    return null
  }
  const { status, headers, body } = await openDownload(event, archivo, { token: db.token, etag })
  setResponseStatus(event, status)
  setResponseHeaders(event, { ...headers, 'content-disposition': attachment(archivo.nombre_archivo) })
  return body
})
