import { readBodyAs } from '../../../http/input.ts'
import { pathId } from '../../../http/path.ts'
import { responderRelacion } from '../../../relaciones/queries.ts'
import { MotivoSchema } from '../../../relaciones/schemas.ts'
import { asUser } from '../../../session/as-user.ts'

/** POST /relaciones/{relacion}/rechazar — no, and why. Rule: public.responder_relacion. */
export default asUser(async (event, db) => {
  const id = pathId(event, 'relacion', 'relacion_no_existe')
  const { motivo } = await readBodyAs(event, MotivoSchema)
  return db.one(responderRelacion, [id, false, motivo])
})
