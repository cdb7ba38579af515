import { setResponseStatus } from 'h3'
import { contratoDe, para } from '../../../contratos/contrato.ts'
import { dejarContrato } from '../../../contratos/respuestas.ts'
import { asUser } from '../../../session/as-user.ts'

/** POST /contratos/{id}/dejar — a supplier is no longer party to it. Rule: public.dejar_contrato. */
export default asUser(async (event, db) => {
  const contrato = contratoDe(event)
  await db.query(para(contrato, dejarContrato), [contrato.valor])
  setResponseStatus(event, 204)
  return null
})
