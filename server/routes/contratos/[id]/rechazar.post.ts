import { setResponseStatus } from 'h3'
import { contratoDe, para } from '../../../contratos/contrato.ts'
import { rechazarContrato } from '../../../contratos/respuestas.ts'
import { readBodyAs } from '../../../http/input.ts'
import { MotivoSchema } from '../../../relaciones/schemas.ts'
import { asUser } from '../../../session/as-user.ts'

/** POST /contratos/{id}/rechazar — no, and why. Rule: public.rechazar_contrato. */
export default asUser(async (event, db) => {
  const contrato = contratoDe(event)
  const { motivo } = await readBodyAs(event, MotivoSchema)
  await db.query(para(contrato, rechazarContrato), [contrato.valor, motivo])
  setResponseStatus(event, 204)
  return null
})
