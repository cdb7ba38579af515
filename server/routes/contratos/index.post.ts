import { setResponseHeader } from 'h3'
import { crearContrato } from '../../contratos/queries.ts'
import { NuevoContratoSchema } from '../../contratos/schemas.ts'
import { created } from '../../http/created.ts'
import { etagOf, type Versioned } from '../../http/etag.ts'
import { readBodyAs } from '../../http/input.ts'
import { asUser } from '../../session/as-user.ts'
import { once } from '../../session/once.ts'

/** POST /contratos — a contract between the caller's company and another. Rule: public.crear_contrato. */
export default asUser(async (event, db) => {
  const nuevo = await readBodyAs(event, NuevoContratoSchema)
  const contrato = await once(event, db, nuevo, async (tx) => {
    const [creado] = await tx.query<Versioned>(...crearContrato.with(nuevo))
    // The function of SQL raises what it refuses: a row always comes back.
    return { status: 201, ...creado! }
  })
  setResponseHeader(event, 'etag', etagOf(contrato))
  return created(event, contrato.cuerpo, ({ codigo }) => `contratos/${codigo}`)
})
