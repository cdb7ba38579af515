import { crearPrecio } from '../../queries/precios.ts'
import { NuevoPrecioSchema } from '../../schemas/precios.ts'
import { comoUsuario } from '../../utils/como-usuario.ts'
import { created } from '../../utils/created.ts'
import { unaSolaVez } from '../../utils/idempotency.ts'
import { readBodyAs } from '../../utils/input.ts'

/** POST /precios-fob — the company's own, or an administrator's for everybody. Rule: public.precios_fob triggers. */
export default comoUsuario(async (event, db) => {
  const nuevo = await readBodyAs(event, NuevoPrecioSchema)
  const { fecha, calidad, mercado, precio_tm, diferencial, fuente } = nuevo
  const { estado, cuerpo } = await unaSolaVez(event, db, nuevo, async (tx) => {
    const creado = await tx.one(crearPrecio, [fecha, calidad, mercado, precio_tm, diferencial, fuente])
    // What may not be written is raised: a row always comes back.
    return { estado: 201, cuerpo: creado! }
  })
  return created(event, cuerpo, ({ id }) => `precios-fob/${id}`, estado)
})
