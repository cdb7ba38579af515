import { setResponseStatus } from 'h3'
import { contratoDe, para, sinContrato } from '../../../../contratos/contrato-de.ts'
import { readBodyAs } from '../../../../http/input.ts'
import { asociarProveedores } from '../../../../personas/empresas-queries.ts'
import { NuevosProveedoresSchema } from '../../../../personas/schemas.ts'
import { comoUsuario } from '../../../../session/as-user.ts'

/** POST /contratos/{id}/proveedores — associates supplier companies. Rule: RLS and triggers of contratos_participantes. */
export default comoUsuario(async (event, db) => {
  const contrato = contratoDe(event)
  const { proveedores } = await readBodyAs(event, NuevosProveedoresSchema)
  const cuerpo = await db.one(para(contrato, asociarProveedores), [contrato.valor, proveedores])
  if (!cuerpo) throw await sinContrato(db, contrato)
  setResponseStatus(event, 201)
  return `{"proveedores":${cuerpo}}`
})
