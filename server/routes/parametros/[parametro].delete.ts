import { setResponseStatus } from 'h3'
import { accesoParametro, borrarParametro } from '../../queries/parametros.ts'
import { comoUsuario } from '../../utils/como-usuario.ts'
import { numeroDe } from '../../utils/contrato-de.ts'
import { sinFila } from '../../utils/sin-fila.ts'

/** DELETE /parametros/{parametro} — one that no calculation used. Rule: public.parametros triggers. */
export default comoUsuario(async (event, db) => {
  const id = numeroDe(event, 'parametro', 'parametro_no_existe')
  const borrado = await db.one(borrarParametro, [id])
  if (!borrado) throw await sinFila(db, accesoParametro, id, 'parametro_no_existe')
  setResponseStatus(event, 204)
  return null
})
