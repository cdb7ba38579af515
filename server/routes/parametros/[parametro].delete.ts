import { setResponseStatus } from 'h3'
import { pathId } from '../../http/path.ts'
import { accesoParametro, borrarParametro } from '../../parametros/queries.ts'
import { asUser } from '../../session/as-user.ts'
import { noRow } from '../../session/no-row.ts'

/** DELETE /parametros/{parametro} — one that no calculation used. Rule: public.parametros triggers. */
export default asUser(async (event, db) => {
  const id = pathId(event, 'parametro', 'parametro_no_existe')
  const borrado = await db.one(borrarParametro, [id])
  if (!borrado) throw await noRow(db, accesoParametro, id, 'parametro_no_existe')
  setResponseStatus(event, 204)
  return null
})
