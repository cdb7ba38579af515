import { readBodyAs } from '../../http/input.ts'
import { pathId } from '../../http/path.ts'
import { accesoParametro, editarParametro } from '../../parametros/queries.ts'
import { EdicionParametroSchema } from '../../parametros/schemas.ts'
import { asUser } from '../../session/as-user.ts'
import { noRow } from '../../session/no-row.ts'

/** PUT /parametros/{parametro} — one that no calculation used; of a used one, its end. Rule: its triggers. */
export default asUser(async (event, db) => {
  const id = pathId(event, 'parametro', 'parametro_no_existe')
  const cambios = await readBodyAs(event, EdicionParametroSchema)
  const cuerpo = await db.one(editarParametro, [id, JSON.stringify(cambios)])
  if (!cuerpo) throw await noRow(db, accesoParametro, id, 'parametro_no_existe')
  return cuerpo
})
