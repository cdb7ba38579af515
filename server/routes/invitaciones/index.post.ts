import { setResponseStatus } from 'h3'
import { readBodyAs } from '../../http/input.ts'
import { entregarInvitacion, type Invitacion } from '../../personas/invitacion.ts'
import { NuevaInvitacionSchema } from '../../personas/invitaciones-schemas.ts'
import { invitar } from '../../personas/queries.ts'
import { asUser } from '../../session/as-user.ts'

/** POST /invitaciones — brings a person to a company. Rule: public.invitar. */
export default asUser(async (event, db) => {
  const { email, empresa_id, rol } = await readBodyAs(event, NuevaInvitacionSchema)
  const invitacion: Invitacion = JSON.parse((await db.one(invitar, [email, empresa_id, rol]))!)
  const { testigo: _, invita: __, anulada_en, aceptada_en, aceptada_por, ...cuerpo } = invitacion
  setResponseStatus(event, 201)
  return { ...cuerpo, estado: 'abierta', ...(await entregarInvitacion(invitacion)) }
})
