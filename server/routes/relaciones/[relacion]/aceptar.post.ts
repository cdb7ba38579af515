import { pathId } from '../../../http/path.ts'
import { responderRelacion } from '../../../relaciones/queries.ts'
import { asUser } from '../../../session/as-user.ts'

/** POST /relaciones/{relacion}/aceptar — the two companies know each other. Rule: public.responder_relacion. */
export default asUser((event, db) =>
  db.one(responderRelacion, [pathId(event, 'relacion', 'relacion_no_existe'), true, null]),
)
