import { setResponseStatus } from 'h3'
import { pathId } from '../../../http/path.ts'
import { desbloquearEmpresa } from '../../../relaciones/queries.ts'
import { asUser } from '../../../session/as-user.ts'

/** DELETE /empresas/{empresa}/bloqueo — it may propose again. Rule: public.desbloquear_empresa. */
export default asUser(async (event, db) => {
  await db.query(desbloquearEmpresa, [pathId(event, 'empresa', 'empresa_no_existe')])
  setResponseStatus(event, 204)
  return null
})
