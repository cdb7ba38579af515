import { aceptarEnmienda } from '../../../../../enmiendas/queries.ts'
import { conEnmienda } from '../../../../../enmiendas/responder.ts'
import { asUser } from '../../../../../session/as-user.ts'

/** POST /contratos/{id}/enmiendas/{enmienda}/aceptar — its terms are those of the contract. Rule: public.responder_enmienda. */
export default asUser((event, db) => conEnmienda(event, db, aceptarEnmienda))
