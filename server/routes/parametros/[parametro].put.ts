import { numeroDe } from '../../contratos/contrato-de.ts'
import { readBodyAs } from '../../http/input.ts'
import { accesoParametro, editarParametro } from '../../parametros/queries.ts'
import { EdicionParametroSchema } from '../../parametros/schemas.ts'
import { comoUsuario } from '../../session/as-user.ts'
import { sinFila } from '../../session/no-row.ts'

/** PUT /parametros/{parametro} — one that no calculation used; of a used one, its end. Rule: its triggers. */
export default comoUsuario(async (event, db) => {
  const id = numeroDe(event, 'parametro', 'parametro_no_existe')
  const cambios = await readBodyAs(event, EdicionParametroSchema)
  const cuerpo = await db.one(editarParametro, [id, JSON.stringify(cambios)])
  if (!cuerpo) throw await sinFila(db, accesoParametro, id, 'parametro_no_existe')
  return cuerpo
})
