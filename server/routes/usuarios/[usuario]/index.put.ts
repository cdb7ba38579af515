import { readBodyAs } from '../../../http/input.ts'
import { editarUsuario } from '../../../personas/queries.ts'
import { EdicionUsuarioSchema } from '../../../personas/schemas.ts'
import { sinUsuario, usuarioDe } from '../../../personas/usuario-de.ts'
import { asUser } from '../../../session/as-user.ts'

/** PUT /usuarios/{usuario} — role and whether it is active. Rule: RLS and triggers of usuarios. */
export default asUser(async (event, db) => {
  const usuario = usuarioDe(event)
  const { rol, activo } = await readBodyAs(event, EdicionUsuarioSchema)
  const cuerpo = await db.one(editarUsuario, [usuario, rol, activo])
  if (!cuerpo) throw await sinUsuario(db, usuario)
  return cuerpo
})
