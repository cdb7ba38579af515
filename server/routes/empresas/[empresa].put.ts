import { numeroDe, sinAcceso } from '../../contratos/contrato-de.ts'
import { readBodyAs } from '../../http/input.ts'
import { editarEmpresa } from '../../personas/empresas-queries.ts'
import { EdicionEmpresaSchema } from '../../personas/schemas.ts'
import { comoUsuario } from '../../session/as-user.ts'

/** PUT /empresas/{empresa} — RUC, name and whether it is active (administrators). Rule: RLS of empresas. */
export default comoUsuario(async (event, db) => {
  const id = numeroDe(event, 'empresa', 'empresa_no_existe')
  const { ruc, nombre, activo } = await readBodyAs(event, EdicionEmpresaSchema)
  const cuerpo = await db.one(editarEmpresa, [id, ruc, nombre, activo])
  if (!cuerpo) throw await sinAcceso(db)
  return cuerpo
})
