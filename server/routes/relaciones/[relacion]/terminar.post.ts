import { readBodyAs } from '../../../http/input.ts'
import { pathId } from '../../../http/path.ts'
import { terminarRelacion } from '../../../relaciones/queries.ts'
import { MotivoOpcionalSchema } from '../../../relaciones/schemas.ts'
import { asUser } from '../../../session/as-user.ts'

/** POST /relaciones/{relacion}/terminar — what was proposed is withdrawn, what was accepted ends. Rule: public.terminar_relacion. */
export default asUser(async (event, db) => {
  const id = pathId(event, 'relacion', 'relacion_no_existe')
  const { motivo } = await readBodyAs(event, MotivoOpcionalSchema)
  return db.one(terminarRelacion, [id, motivo ?? null])
})
