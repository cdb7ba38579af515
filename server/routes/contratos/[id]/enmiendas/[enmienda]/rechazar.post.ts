import { rechazarEnmienda } from '../../../../../enmiendas/queries.ts'
import { conEnmienda } from '../../../../../enmiendas/responder.ts'
import { RechazoSchema } from '../../../../../enmiendas/schemas.ts'
import { readBodyAs } from '../../../../../http/input.ts'
import { asUser } from '../../../../../session/as-user.ts'

/** POST /contratos/{id}/enmiendas/{enmienda}/rechazar — and why. Rule: public.responder_enmienda. */
export default asUser(async (event, db) => {
  const { motivo } = await readBodyAs(event, RechazoSchema)
  return conEnmienda(event, db, rechazarEnmienda, motivo)
})
