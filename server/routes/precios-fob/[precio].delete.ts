import { setResponseStatus } from 'h3'
import { accesoPrecio, borrarPrecio } from '../../queries/precios.ts'
import { comoUsuario } from '../../utils/como-usuario.ts'
import { numeroDe } from '../../utils/contrato-de.ts'
import { sinFila } from '../../utils/sin-fila.ts'

/** DELETE /precios-fob/{precio} — the company's own, or an administrator one for everybody. Rule: its RLS. */
export default comoUsuario(async (event, db) => {
  const id = numeroDe(event, 'precio', 'precio_no_existe')
  const borrado = await db.one(borrarPrecio, [id])
  if (!borrado) throw await sinFila(db, accesoPrecio, id, 'precio_no_existe')
  setResponseStatus(event, 204)
  return null
})
