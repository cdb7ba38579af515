import { setResponseStatus } from 'h3'
import { contratoDe, para, sinContrato } from '../../../../contratos/contrato.ts'
import { accesoProveedor, retirarProveedor } from '../../../../contratos/proveedores.ts'
import { pathId } from '../../../../http/path.ts'
import { problem } from '../../../../http/problem.ts'
import { asUser } from '../../../../session/as-user.ts'

/** DELETE /contratos/{id}/proveedores/{empresa} — it is no longer party; what it left stays. Rule: RLS and trigger of contratos_participantes. */
export default asUser(async (event, db) => {
  const contrato = contratoDe(event)
  const valores = [contrato.valor, pathId(event, 'empresa', 'proveedor_no_existe')]
  if (!(await db.one(para(contrato, retirarProveedor), valores))) {
    const [acceso] = await db.query<{ visible: boolean }>(para(contrato, accesoProveedor), valores)
    throw acceso?.visible === false ? problem('proveedor_no_existe') : await sinContrato(db, contrato)
  }
  setResponseStatus(event, 204)
  return null
})
