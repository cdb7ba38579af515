import { accesoPrecio, editarPrecio } from '../../queries/precios.ts'
import { EdicionPrecioSchema } from '../../schemas/precios.ts'
import { comoUsuario } from '../../utils/como-usuario.ts'
import { numeroDe } from '../../utils/contrato-de.ts'
import { readBodyAs } from '../../utils/input.ts'
import { sinFila } from '../../utils/sin-fila.ts'

/** PUT /precios-fob/{precio} — price, differential and source. Rule: RLS of public.precios_fob. */
export default comoUsuario(async (event, db) => {
  const id = numeroDe(event, 'precio', 'precio_no_existe')
  const { precio_tm, diferencial, fuente } = await readBodyAs(event, EdicionPrecioSchema)
  const cuerpo = await db.one(editarPrecio, [id, precio_tm, diferencial, fuente])
  if (!cuerpo) throw await sinFila(db, accesoPrecio, id, 'precio_no_existe')
  return cuerpo
})
