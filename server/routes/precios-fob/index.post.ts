import { created } from '../../http/created.ts'
import { readBodyAs } from '../../http/input.ts'
import { crearPrecio } from '../../precios/queries.ts'
import { NuevoPrecioSchema } from '../../precios/schemas.ts'
import { asUser } from '../../session/as-user.ts'
import { once } from '../../session/once.ts'

/** POST /precios-fob — the company's own, or an administrator's for everybody. Rule: public.precios_fob triggers. */
export default asUser(async (event, db) => {
  const nuevo = await readBodyAs(event, NuevoPrecioSchema)
  const { status, cuerpo } = await once(event, db, nuevo, async (tx) => {
    const creado = await tx.one(...crearPrecio.with(nuevo))
    // What may not be written is raised: a row always comes back.
    return { status: 201, cuerpo: creado! }
  })
  return created(event, cuerpo, ({ id }) => `precios-fob/${id}`, status)
})
