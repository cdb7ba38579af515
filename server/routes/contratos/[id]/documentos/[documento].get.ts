import { setResponseHeaders, setResponseStatus } from 'h3'
import { ubicarArchivo } from '../../../../queries/documentos.ts'
import { comoUsuario } from '../../../../utils/como-usuario.ts'
import { contratoDe, para, parametro, sinContrato } from '../../../../utils/contrato-de.ts'
import { type Archivo, openDownload } from '../../../../utils/download.ts'
import { isKnown } from '../../../../utils/etag.ts'
import { attachment } from '../../../../utils/file-name.ts'
import { problem } from '../../../../utils/problem.ts'

/** GET /contratos/{id}/documentos/{documento} — its bytes, whole or by range. Rule: storage.objects policies. */
export default comoUsuario(async (event, db) => {
  const [contrato, documento] = [contratoDe(event), parametro(event, 'documento')]
  if (!/^[1-9]\d{0,17}$/.test(documento)) throw problem('documento_no_existe')
  const [archivo] = await db.query<Archivo & Record<string, unknown>>(para(contrato, ubicarArchivo), [
    contrato.valor,
    documento,
  ])
  if (!archivo) throw await sinDocumento()
  // A document never changes: its digest, or its id, says which one it is.
  const etag = `"${archivo.sha256 ?? `documento-${documento}`}"`
  if (isKnown(event, etag)) {
    setResponseStatus(event, 304)
    return null
  }
  const { status, headers, body } = await openDownload(event, archivo, { token: db.token, etag })
  setResponseStatus(event, status)
  setResponseHeaders(event, { ...headers, 'content-disposition': attachment(archivo.nombre_archivo) })
  return body

  async function sinDocumento() {
    const causa = await sinContrato(db, contrato)
    return causa.clave === 'sin_permiso' ? problem('documento_no_existe') : causa
  }
})
