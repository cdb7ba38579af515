import { setResponseStatus } from 'h3'
import { contratoDe, para, sinContrato } from '../../../../contratos/contrato.ts'
import { asociarProveedores, NuevosProveedoresSchema } from '../../../../contratos/proveedores.ts'
import { readBodyAs } from '../../../../http/input.ts'
import { asUser } from '../../../../session/as-user.ts'

/** POST /contratos/{id}/proveedores — associates supplier companies. Rule: RLS and triggers of contratos_participantes. */
export default asUser(async (event, db) => {
  const contrato = contratoDe(event)
  const { proveedores } = await readBodyAs(event, NuevosProveedoresSchema)
  const cuerpo = await db.one(para(contrato, asociarProveedores), [contrato.valor, proveedores])
  if (!cuerpo) throw await sinContrato(db, contrato)
  setResponseStatus(event, 201)
  return `{"proveedores":${cuerpo}}`
})
