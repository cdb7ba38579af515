import { setResponseStatus } from 'h3'
import { pathId } from '../../http/path.ts'
import { accesoPrecio, borrarPrecio } from '../../precios/queries.ts'
import { asUser } from '../../session/as-user.ts'
import { noRow } from '../../session/no-row.ts'

/** DELETE /precios-fob/{precio} — the company's own, or an administrator one for everybody. Rule: its RLS. */
export default asUser(async (event, db) => {
  const id = pathId(event, 'precio', 'precio_no_existe')
  const borrado = await db.one(borrarPrecio, [id])
  if (!borrado) throw await noRow(db, accesoPrecio, id, 'precio_no_existe')
  setResponseStatus(event, 204)
  return null
})
