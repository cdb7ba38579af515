import { setResponseStatus } from 'h3'
import { contratoDe, para, sinContrato } from '../../../contratos/contrato.ts'
import { verContrato } from '../../../contratos/queries.ts'
import { etagOf, isKnown, type Versioned } from '../../../http/etag.ts'
import { asUser } from '../../../session/as-user.ts'

/** GET /contratos/{id} — details, documents and lots. Rule: RLS of each table. */
export default asUser(async (event, db) => {
  const contrato = contratoDe(event)
  const [visto] = await db.query<Versioned>(para(contrato, verContrato), [contrato.valor])
  if (!visto) throw await sinContrato(db, contrato)
  if (!isKnown(event, etagOf(visto))) return visto.cuerpo
  setResponseStatus(event, 304)
  return null
})
