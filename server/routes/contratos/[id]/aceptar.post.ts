import { setResponseHeader } from 'h3'
import { contratoDe, para, sinContrato } from '../../../contratos/contrato.ts'
import { verContrato } from '../../../contratos/queries.ts'
import { aceptarContrato } from '../../../contratos/respuestas.ts'
import { etagOf, requiredVersion, type Versioned } from '../../../http/etag.ts'
import { asUser } from '../../../session/as-user.ts'

/** POST /contratos/{id}/aceptar — the company's yes; with both it is Activo. Rule: public.aceptar_contrato. */
export default asUser(async (event, db) => {
  const contrato = contratoDe(event)
  const version = requiredVersion(event)
  const [visto] = await db.transaction(async (tx) => {
    await tx.query(para(contrato, aceptarContrato), [contrato.valor, version])
    // After the answer: until then it may be none of its contracts.
    return tx.query<Versioned>(para(contrato, verContrato), [contrato.valor])
  })
  if (!visto) throw await sinContrato(db, contrato)
  setResponseHeader(event, 'etag', etagOf(visto))
  return visto.cuerpo
})
