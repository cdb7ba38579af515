import { setResponseStatus } from 'h3'
import { eliminarContrato } from '../../../queries/contratos.ts'
import { comoUsuario } from '../../../utils/como-usuario.ts'
import { contratoDe, para, sinContrato } from '../../../utils/contrato-de.ts'

/** DELETE /contratos/{id} — marks it as deleted: it is hidden and kept. Rule: public.eliminar_contrato. */
export default comoUsuario(async (event, db) => {
  const contrato = contratoDe(event)
  const eliminado = await db.one(para(contrato, eliminarContrato), [contrato.valor])
  if (!eliminado) throw await sinContrato(db, contrato)
  setResponseStatus(event, 204)
  return null
})
