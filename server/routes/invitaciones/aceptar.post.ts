import { aceptarInvitacion, verPerfil } from '../../queries/personas.ts'
import { AceptacionSchema } from '../../schemas/invitaciones.ts'
import { conOSinSesionEscribe } from '../../utils/como-usuario.ts'
import { readBodyAs } from '../../utils/input.ts'
import { countAddress } from '../../utils/session-of.ts'

/** POST /invitaciones/aceptar — an account without a company gets the one it was invited to. Rule: public.aceptar_invitacion. */
export default conOSinSesionEscribe(async (event, db) => {
  const hasSession = db.token !== ''
  // Accounts are free: who guesses at invitations is counted by address as well.
  if (hasSession) await countAddress(event)
  const { testigo, contrasena, nombre } = await readBodyAs(event, AceptacionSchema)
  return db.transaction(async (tx) => {
    const cuerpo = await tx.one(aceptarInvitacion, [testigo, contrasena, nombre])
    return hasSession ? tx.one(verPerfil) : cuerpo
  })
})
