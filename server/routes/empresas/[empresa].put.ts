import { editarEmpresa } from '../../queries/empresas.ts'
import { EdicionEmpresaSchema } from '../../schemas/personas.ts'
import { comoUsuario } from '../../utils/como-usuario.ts'
import { numeroDe, sinAcceso } from '../../utils/contrato-de.ts'
import { readBodyAs } from '../../utils/input.ts'

/** PUT /empresas/{empresa} — RUC, name and whether it is active (administrators). Rule: RLS of empresas. */
export default comoUsuario(async (event, db) => {
  const id = numeroDe(event, 'empresa', 'empresa_no_existe')
  const { ruc, nombre, activo } = await readBodyAs(event, EdicionEmpresaSchema)
  const cuerpo = await db.one(editarEmpresa, [id, ruc, nombre, activo])
  if (!cuerpo) throw await sinAcceso(db)
  return cuerpo
})
