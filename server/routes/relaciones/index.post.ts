import { setResponseStatus } from 'h3'
import { readBodyAs } from '../../http/input.ts'
import { proponerRelacion } from '../../relaciones/queries.ts'
import { NuevaRelacionSchema } from '../../relaciones/schemas.ts'
import { asUser } from '../../session/as-user.ts'

/** POST /relaciones — proposes to another company. Rule: public.proponer_relacion. */
export default asUser(async (event, db) => {
  const cuerpo = await db.one(...proponerRelacion.with(await readBodyAs(event, NuevaRelacionSchema)))
  setResponseStatus(event, 201)
  return cuerpo
})
