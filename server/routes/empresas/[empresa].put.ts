import { readBodyAs } from '../../http/input.ts'
import { pathId } from '../../http/path.ts'
import { editarEmpresa } from '../../personas/empresas-queries.ts'
import { EdicionEmpresaSchema } from '../../personas/schemas.ts'
import { asUser } from '../../session/as-user.ts'
import { noAccess } from '../../session/no-row.ts'

/** PUT /empresas/{empresa} — RUC, name and whether it is active (administrators). Rule: RLS of empresas. */
export default asUser(async (event, db) => {
  const id = pathId(event, 'empresa', 'empresa_no_existe')
  const cambios = await readBodyAs(event, EdicionEmpresaSchema)
  const cuerpo = await db.one(...editarEmpresa.with({ ...cambios, id }))
  if (!cuerpo) throw await noAccess(db)
  return cuerpo
})
