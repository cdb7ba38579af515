import { setResponseStatus } from 'h3'
import { numeroDe } from '../../contratos/contrato-de.ts'
import { accesoParametro, borrarParametro } from '../../parametros/queries.ts'
import { comoUsuario } from '../../session/as-user.ts'
import { sinFila } from '../../session/no-row.ts'

/** DELETE /parametros/{parametro} — one that no calculation used. Rule: public.parametros triggers. */
export default comoUsuario(async (event, db) => {
  const id = numeroDe(event, 'parametro', 'parametro_no_existe')
  const borrado = await db.one(borrarParametro, [id])
  if (!borrado) throw await sinFila(db, accesoParametro, id, 'parametro_no_existe')
  setResponseStatus(event, 204)
  return null
})
