import { setResponseHeader } from 'h3'
import { contratoDe, para, sinContrato } from '../../../contratos/contrato.ts'
import { verContrato } from '../../../contratos/queries.ts'
import { retirarContrato } from '../../../contratos/respuestas.ts'
import { etagOf, type Versioned } from '../../../http/etag.ts'
import { asUser } from '../../../session/as-user.ts'

/** POST /contratos/{id}/retirar — who proposed it proposes it no more. Rule: public.retirar_propuesta. */
export default asUser(async (event, db) => {
  const contrato = contratoDe(event)
  const [visto] = await db.transaction(async (tx) => {
    await tx.query(para(contrato, retirarContrato), [contrato.valor])
    // After the answer: until then it may be none of its contracts.
    return tx.query<Versioned>(para(contrato, verContrato), [contrato.valor])
  })
  if (!visto) throw await sinContrato(db, contrato)
  setResponseHeader(event, 'etag', etagOf(visto))
  return visto.cuerpo
})
