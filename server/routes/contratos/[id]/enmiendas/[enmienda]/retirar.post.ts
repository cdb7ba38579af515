import { retirarEnmienda } from '../../../../../enmiendas/queries.ts'
import { conEnmienda } from '../../../../../enmiendas/responder.ts'
import { asUser } from '../../../../../session/as-user.ts'

/** POST /contratos/{id}/enmiendas/{enmienda}/retirar — its proposer takes it back. Rule: public.retirar_enmienda. */
export default asUser((event, db) => conEnmienda(event, db, retirarEnmienda))
