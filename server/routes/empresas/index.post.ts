import { setResponseStatus } from 'h3'
import { readBodyAs } from '../../http/input.ts'
import { crearEmpresa } from '../../personas/empresas-queries.ts'
import { NuevaEmpresaSchema } from '../../personas/schemas.ts'
import { asUser } from '../../session/as-user.ts'

/** POST /empresas — a company that may sign contracts (administrators). Rule: RLS and constraints of empresas. */
export default asUser(async (event, db) => {
  const nueva = await readBodyAs(event, NuevaEmpresaSchema)
  const cuerpo = await db.one(...crearEmpresa.with(nueva))
  setResponseStatus(event, 201)
  return cuerpo
})
