import { setResponseStatus } from 'h3'
import { asociarProveedores } from '../../../../queries/empresas.ts'
import { NuevosProveedoresSchema } from '../../../../schemas/personas.ts'
import { comoUsuario } from '../../../../utils/como-usuario.ts'
import { contratoDe, para, sinContrato } from '../../../../utils/contrato-de.ts'
import { readBodyAs } from '../../../../utils/input.ts'

/** POST /contratos/{id}/proveedores — associates supplier companies. Rule: RLS and triggers of contratos_participantes. */
export default comoUsuario(async (event, db) => {
  const contrato = contratoDe(event)
  const { proveedores } = await readBodyAs(event, NuevosProveedoresSchema)
  const cuerpo = await db.one(para(contrato, asociarProveedores), [contrato.valor, proveedores])
  if (!cuerpo) throw await sinContrato(db, contrato)
  setResponseStatus(event, 201)
  return `{"proveedores":${cuerpo}}`
})
