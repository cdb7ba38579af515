import { accesoParametro, editarParametro } from '../../queries/parametros.ts'
import { EdicionParametroSchema } from '../../schemas/parametros.ts'
import { comoUsuario } from '../../utils/como-usuario.ts'
import { numeroDe } from '../../utils/contrato-de.ts'
import { readBodyAs } from '../../utils/input.ts'
import { sinFila } from '../../utils/sin-fila.ts'

/** PUT /parametros/{parametro} — one that no calculation used; of a used one, its end. Rule: its triggers. */
export default comoUsuario(async (event, db) => {
  const id = numeroDe(event, 'parametro', 'parametro_no_existe')
  const cambios = await readBodyAs(event, EdicionParametroSchema)
  const cuerpo = await db.one(editarParametro, [id, JSON.stringify(cambios)])
  if (!cuerpo) throw await sinFila(db, accesoParametro, id, 'parametro_no_existe')
  return cuerpo
})
