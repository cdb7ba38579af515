import { setResponseHeader } from 'h3'
import { crearContrato } from '../../contratos/queries.ts'
import { NuevoContratoSchema } from '../../contratos/schemas.ts'
import { created } from '../../http/created.ts'
import { etagOf } from '../../http/etag.ts'
import { readBodyAs } from '../../http/input.ts'
import { asUser } from '../../session/as-user.ts'
import { once } from '../../session/once.ts'

/** POST /contratos — a contract between the caller's company and another. Rule: public.crear_contrato. */
export default asUser(async (event, db) => {
  const nuevo = await readBodyAs(event, NuevoContratoSchema)
  const { cuerpo } = await once(event, db, nuevo, async (tx) => {
    const creado = await tx.one(...crearContrato.with(nuevo))
    // The function of SQL raises what it refuses: a row always comes back.
    return { estado: 201, cuerpo: creado! }
  })
  setResponseHeader(event, 'etag', etagOf(cuerpo))
  return created(event, cuerpo, ({ codigo }) => `contratos/${codigo}`)
})
