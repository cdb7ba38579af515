import { setResponseHeaders, setResponseStatus } from 'h3'
import { contratoDe } from '../../../contratos/contrato.ts'
import { carpetaDe } from '../../../expediente/bolsa.ts'
import { entregar } from '../../../expediente/entregar.ts'
import { reunir } from '../../../expediente/reunir.ts'
import { isKnown } from '../../../http/etag.ts'
import { attachment } from '../../../http/file-name.ts'
import { asUser } from '../../../session/as-user.ts'

/** GET /contratos/{id}/expediente — all of it in a ZIP that is verified without us. Rule: privado.exigir_firma. */
export default asUser(async (event, db) => {
  const { exp, fuentes, etag } = await reunir(event, db, contratoDe(event))
  if (isKnown(event, etag)) {
    setResponseStatus(event, 304)
    return null
  }
  setResponseHeaders(event, {
    'content-type': 'application/zip',
    'content-disposition': attachment(`${carpetaDe(exp)}.zip`),
  })
  // Of a HEAD, Node drops what would be made for nobody.
  if (event.node.req.method === 'HEAD') return null
  return entregar(event, db, exp, fuentes)
})
