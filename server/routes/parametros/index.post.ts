import { created } from '../../http/created.ts'
import { readBodyAs } from '../../http/input.ts'
import { crearParametro } from '../../parametros/queries.ts'
import { NuevoParametroSchema } from '../../parametros/schemas.ts'
import { asUser } from '../../session/as-user.ts'
import { once } from '../../session/once.ts'

/** POST /parametros — a figure and the days it holds; the open one before it ends. Rule: public.parametros triggers. */
export default asUser(async (event, db) => {
  const nuevo = await readBodyAs(event, NuevoParametroSchema)
  const { tipo, variante, valor, desde, hasta } = nuevo
  const { status, cuerpo } = await once(event, db, nuevo, async (tx) => {
    const creado = await tx.one(crearParametro, [tipo, variante, JSON.stringify(valor), desde, hasta])
    // What may not be written is raised: a row always comes back.
    return { status: 201, cuerpo: creado! }
  })
  return created(event, cuerpo, ({ id }) => `parametros/${id}`, status)
})
