import { setResponseStatus } from 'h3'
import { numeroDe, sinAcceso } from '../../contratos/contrato-de.ts'
import { problem } from '../../http/problem.ts'
import { anularInvitacion } from '../../personas/queries.ts'
import { comoUsuario } from '../../session/as-user.ts'

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
