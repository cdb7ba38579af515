import { readBodyAs } from '../../http/input.ts'
import { AceptacionSchema } from '../../personas/invitaciones-schemas.ts'
import { aceptarInvitacion, verPerfil } from '../../personas/queries.ts'
import { asAnyoneWriting } from '../../session/as-user.ts'
import { countAddress } from '../../session/session-of.ts'

/** POST /invitaciones/aceptar — an account without a company gets the one it was invited to. Rule: public.aceptar_invitacion. */
export default asAnyoneWriting(async (event, db) => {
  const hasSession = db.token !== ''
  // Accounts are free: who guesses at invitations is counted by address as well.
  if (hasSession) await countAddress(event)
  const { testigo, contrasena, nombre } = await readBodyAs(event, AceptacionSchema)
  return db.transaction(async (tx) => {
    const cuerpo = await tx.one(aceptarInvitacion, [testigo, contrasena, nombre])
    return hasSession ? tx.one(verPerfil) : cuerpo
  })
})
