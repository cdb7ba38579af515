import { setResponseStatus } from 'h3'
import { cerrarSesiones } from '../../../queries/personas.ts'
import { comoUsuario } from '../../../utils/como-usuario.ts'
import { usuarioDe } from '../../../utils/usuario-de.ts'

/** POST /usuarios/{usuario}/cerrar-sesiones — its tokens are worth nothing any more. Rule: privado.cerrar_sesiones. */
export default comoUsuario(async (event, db) => {
  await db.query(cerrarSesiones, [usuarioDe(event)])
  setResponseStatus(event, 204)
  return null
})
