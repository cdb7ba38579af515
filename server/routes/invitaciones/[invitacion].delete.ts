import { setResponseStatus } from 'h3'
import { anularInvitacion } from '../../queries/personas.ts'
import { comoUsuario } from '../../utils/como-usuario.ts'
import { numeroDe, sinAcceso } from '../../utils/contrato-de.ts'
import { problem } from '../../utils/problem.ts'

/** DELETE /invitaciones/{invitacion} — voids it. Rule: RLS and trigger of invitaciones. */
export default comoUsuario(async (event, db) => {
  const id = numeroDe(event, 'invitacion', 'invitacion_no_existe')
  if (!(await db.one(anularInvitacion, [id]))) {
    const reason = await sinAcceso(db)
    throw reason.clave === 'sin_permiso' ? problem('invitacion_no_existe') : reason
  }
  setResponseStatus(event, 204)
  return null
})
