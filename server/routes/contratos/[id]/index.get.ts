import { setResponseStatus } from 'h3'
import { verContrato } from '../../../queries/contratos.ts'
import { comoUsuario } from '../../../utils/como-usuario.ts'
import { contratoDe, para, sinContrato } from '../../../utils/contrato-de.ts'
import { etagOf, isKnown } from '../../../utils/etag.ts'

/** GET /contratos/{id} — details, documents and lots. Rule: RLS of each table. */
export default comoUsuario(async (event, db) => {
  const contrato = contratoDe(event)
  const cuerpo = await db.one(para(contrato, verContrato), [contrato.valor])
  if (!cuerpo) throw await sinContrato(db, contrato)
  if (!isKnown(event, etagOf(cuerpo))) return cuerpo
  setResponseStatus(event, 304)
  return null
})
