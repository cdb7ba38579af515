import { setResponseStatus } from 'h3'
import { contratoDe, para, sinContrato } from '../../../../contratos/contrato.ts'
import { revocarTestigo } from '../../../../expediente/queries.ts'
import { pathId } from '../../../../http/path.ts'
import { asUser } from '../../../../session/as-user.ts'

/** DELETE /contratos/{id}/testigos/{testigo} — closes a public page for good. Rule: privado.revocar_testigo. */
export default asUser(async (event, db) => {
  const contrato = contratoDe(event)
  const valores = [contrato.valor, pathId(event, 'testigo', 'testigo_no_existe')]
  if (!(await db.query(para(contrato, revocarTestigo), valores)).length) throw await sinContrato(db, contrato)
  setResponseStatus(event, 204)
  return null
})
