import type { Query } from '../db/types.ts'
import type { Clave } from '../http/catalogue.ts'
import { Problem, problem } from '../http/problem.ts'
import type { UserDb } from './as-user.ts'

/** Fails with what the caller's account lacks; no more. */
export const exigirCuenta: Query = { name: 'exigir_cuenta', text: 'select privado.exigir_cuenta()' }

/** Why nothing was given to an account: it has no company, is switched off, or its session was closed. */
export async function noAccess(db: UserDb): Promise<Problem> {
  const reason = await db.query(exigirCuenta).catch((error: unknown) => error)
  if (reason instanceof Problem) return reason
  if (reason instanceof Error) throw reason
  return problem('sin_permiso')
}

/**
 * Why a query about one row gave none: the account has no access, the row is not there for it, or it may see the row
 * but not do this.
 * @param access $1 id → `visible`.
 * @param clave of the row that is not there.
 */
export async function noRow(db: UserDb, access: Query, id: string, clave: Clave): Promise<Problem> {
  const reason = await noAccess(db)
  if (reason.clave !== 'sin_permiso') return reason
  const [row] = await db.query<{ visible: boolean }>(access, [id])
  return row?.visible ? reason : problem(clave)
}
