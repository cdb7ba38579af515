import { sinAcceso } from '../contratos/contrato-de.ts'
import type { Query } from '../db/database.ts'
import type { Clave } from '../http/catalogue.ts'
import { type Problem, problem } from '../http/problem.ts'
import type { UserDb } from './as-user.ts'

/**
 * Why a query about one row gave none: the account has no access, the row is not there for it, or it may see the row
 * but not do this.
 * @param acceso $1 id → `visible`.
 * @param clave of the row that is not there.
 */
export async function sinFila(db: UserDb, acceso: Query, id: string, clave: Clave): Promise<Problem> {
  const reason = await sinAcceso(db)
  if (reason.clave !== 'sin_permiso') return reason
  const [fila] = await db.query<{ visible: boolean }>(acceso, [id])
  return fila?.visible ? reason : problem(clave)
}
