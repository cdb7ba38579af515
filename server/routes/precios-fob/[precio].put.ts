import { readBodyAs } from '../../http/input.ts'
import { pathId } from '../../http/path.ts'
import { accesoPrecio, editarPrecio } from '../../precios/queries.ts'
import { EdicionPrecioSchema } from '../../precios/schemas.ts'
import { asUser } from '../../session/as-user.ts'
import { noRow } from '../../session/no-row.ts'

/** PUT /precios-fob/{precio} — price, differential and source. Rule: RLS of public.precios_fob. */
export default asUser(async (event, db) => {
  const id = pathId(event, 'precio', 'precio_no_existe')
  const { precio_tm, diferencial, fuente } = await readBodyAs(event, EdicionPrecioSchema)
  const cuerpo = await db.one(editarPrecio, [id, precio_tm, diferencial, fuente])
  if (!cuerpo) throw await noRow(db, accesoPrecio, id, 'precio_no_existe')
  return cuerpo
})
