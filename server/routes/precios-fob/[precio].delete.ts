import { setResponseStatus } from 'h3'
import { numeroDe } from '../../contratos/contrato-de.ts'
import { accesoPrecio, borrarPrecio } from '../../precios/queries.ts'
import { comoUsuario } from '../../session/as-user.ts'
import { sinFila } from '../../session/no-row.ts'

/** DELETE /precios-fob/{precio} — the company's own, or an administrator one for everybody. Rule: its RLS. */
export default comoUsuario(async (event, db) => {
  const id = numeroDe(event, 'precio', 'precio_no_existe')
  const borrado = await db.one(borrarPrecio, [id])
  if (!borrado) throw await sinFila(db, accesoPrecio, id, 'precio_no_existe')
  setResponseStatus(event, 204)
  return null
})
