import { setResponseStatus } from 'h3'
import { contratoDe, para, sinContrato } from '../../../contratos/contrato.ts'
import { eliminarContrato } from '../../../contratos/queries.ts'
import { asUser } from '../../../session/as-user.ts'

/** DELETE /contratos/{id} — marks it as deleted: it is hidden and kept. Rule: public.eliminar_contrato. */
export default asUser(async (event, db) => {
  const contrato = contratoDe(event)
  const eliminado = await db.one(para(contrato, eliminarContrato), [contrato.valor])
  if (!eliminado) throw await sinContrato(db, contrato)
  setResponseStatus(event, 204)
  return null
})
