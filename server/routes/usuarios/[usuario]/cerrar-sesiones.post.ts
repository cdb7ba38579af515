import { setResponseStatus } from 'h3'
import { cerrarSesiones } from '../../../personas/queries.ts'
import { usuarioDe } from '../../../personas/usuario-de.ts'
import { asUser } from '../../../session/as-user.ts'

/** POST /usuarios/{usuario}/cerrar-sesiones — its tokens are worth nothing any more. Rule: privado.cerrar_sesiones. */
export default asUser(async (event, db) => {
  await db.query(cerrarSesiones, [usuarioDe(event)])
  setResponseStatus(event, 204)
  return null
})
