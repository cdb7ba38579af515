import { aceptarInvitacion, verPerfil } from '../../queries/personas.ts'
import { AceptacionSchema } from '../../schemas/personas.ts'
import { comoUsuario } from '../../utils/como-usuario.ts'
import { readBodyAs } from '../../utils/input.ts'
import { countAddress } from '../../utils/session-of.ts'

/** POST /invitaciones/aceptar — an account without a company gets the one it was invited to. Rule: public.aceptar_invitacion. */
export default comoUsuario(async (event, db) => {
  // Accounts are free: who guesses at invitations is counted by address as well.
  await countAddress(event)
  const { testigo } = await readBodyAs(event, AceptacionSchema)
  return db.transaction(async (tx) => {
    await tx.query(aceptarInvitacion, [testigo])
    return tx.one(verPerfil)
  })
})
