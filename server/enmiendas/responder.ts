import type { H3Event } from 'h3'
import { contratoDe, para, sinContrato } from '../contratos/contrato.ts'
import type { ByKey } from '../db/fragments.ts'
import type { Json } from '../db/types.ts'
import { pathId } from '../http/path.ts'
import { problem } from '../http/problem.ts'
import type { UserDb } from '../session/as-user.ts'
import { accesoEnmienda } from './queries.ts'

/**
 * Takes one step with the amendment that the path of a request names.
 * @param valores beyond the contract and the number of the amendment.
 * @returns the amendment as it is left.
 * @throws Problem 404 for a contract or an amendment that is not there for the caller.
 */
export async function conEnmienda(
  event: H3Event,
  db: UserDb,
  query: ByKey,
  ...valores: unknown[]
): Promise<Json> {
  const [contrato, enmienda] = [contratoDe(event), pathId(event, 'enmienda', 'enmienda_no_existe')]
  const cuerpo = await db.one(para(contrato, query), [contrato.valor, enmienda, ...valores])
  if (cuerpo) return cuerpo
  const [acceso] = await db.query<{ visible: boolean }>(para(contrato, accesoEnmienda), [
    contrato.valor,
    enmienda,
  ])
  throw acceso?.visible === false ? problem('enmienda_no_existe') : await sinContrato(db, contrato)
}
