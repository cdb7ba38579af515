import { setResponseStatus } from 'h3'
import { invitar } from '../../queries/personas.ts'
import { NuevaInvitacionSchema } from '../../schemas/invitaciones.ts'
import { comoUsuario } from '../../utils/como-usuario.ts'
import { readBodyAs } from '../../utils/input.ts'
import { entregarInvitacion, type Invitacion } from '../../utils/invitacion.ts'

/** POST /invitaciones — brings a person to a company. Rule: public.invitar. */
export default comoUsuario(async (event, db) => {
  const { email, empresa_id, rol } = await readBodyAs(event, NuevaInvitacionSchema)
  const invitacion: Invitacion = JSON.parse((await db.one(invitar, [email, empresa_id, rol]))!)
  const { testigo: _, invita: __, anulada_en, aceptada_en, aceptada_por, ...cuerpo } = invitacion
  setResponseStatus(event, 201)
  return { ...cuerpo, estado: 'abierta', ...(await entregarInvitacion(invitacion)) }
})
