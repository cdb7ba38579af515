import { setResponseStatus } from 'h3'
import { crearEmpresa } from '../../queries/empresas.ts'
import { NuevaEmpresaSchema } from '../../schemas/personas.ts'
import { comoUsuario } from '../../utils/como-usuario.ts'
import { readBodyAs } from '../../utils/input.ts'

/** POST /empresas — a company that may sign contracts (administrators). Rule: RLS and constraints of empresas. */
export default comoUsuario(async (event, db) => {
  const { ruc, nombre, tipo } = await readBodyAs(event, NuevaEmpresaSchema)
  const cuerpo = await db.one(crearEmpresa, [ruc, nombre, tipo])
  setResponseStatus(event, 201)
  return cuerpo
})
