import { crearParametro } from '../../queries/parametros.ts'
import { NuevoParametroSchema } from '../../schemas/parametros.ts'
import { comoUsuario } from '../../utils/como-usuario.ts'
import { created } from '../../utils/created.ts'
import { unaSolaVez } from '../../utils/idempotency.ts'
import { readBodyAs } from '../../utils/input.ts'

/** POST /parametros — a figure and the days it holds; the open one before it ends. Rule: public.parametros triggers. */
export default comoUsuario(async (event, db) => {
  const nuevo = await readBodyAs(event, NuevoParametroSchema)
  const { tipo, variante, valor, desde, hasta } = nuevo
  const { estado, cuerpo } = await unaSolaVez(event, db, nuevo, async (tx) => {
    const creado = await tx.one(crearParametro, [tipo, variante, JSON.stringify(valor), desde, hasta])
    // What may not be written is raised: a row always comes back.
    return { estado: 201, cuerpo: creado! }
  })
  return created(event, cuerpo, ({ id }) => `parametros/${id}`, estado)
})
