import type { Clave } from './catalogue.ts'
import type { UserDb } from './como-usuario.ts'
import { sinAcceso } from './contrato-de.ts'
import type { Query } from './db.ts'
import { type Problem, problem } from './problem.ts'

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
