import { editarUsuario } from '../../../queries/personas.ts'
import { EdicionUsuarioSchema } from '../../../schemas/personas.ts'
import { comoUsuario } from '../../../utils/como-usuario.ts'
import { readBodyAs } from '../../../utils/input.ts'
import { sinUsuario, usuarioDe } from '../../../utils/usuario-de.ts'

/** PUT /usuarios/{usuario} — role and whether it is active. Rule: RLS and triggers of usuarios. */
export default comoUsuario(async (event, db) => {
  const usuario = usuarioDe(event)
  const { rol, activo } = await readBodyAs(event, EdicionUsuarioSchema)
  const cuerpo = await db.one(editarUsuario, [usuario, rol, activo])
  if (!cuerpo) throw await sinUsuario(db, usuario)
  return cuerpo
})
