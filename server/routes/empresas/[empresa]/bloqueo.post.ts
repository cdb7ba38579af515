import { setResponseStatus } from 'h3'
import { pathId } from '../../../http/path.ts'
import { bloquearEmpresa } from '../../../relaciones/queries.ts'
import { asUser } from '../../../session/as-user.ts'

/** POST /empresas/{empresa}/bloqueo — nothing that it proposes comes any more. Rule: public.bloquear_empresa. */
export default asUser(async (event, db) => {
  await db.query(bloquearEmpresa, [pathId(event, 'empresa', 'empresa_no_existe')])
  setResponseStatus(event, 204)
  return null
})
