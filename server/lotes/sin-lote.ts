import { type ClaveContrato, para, sinContrato } from '../contratos/contrato.ts'
import { type Problem, problem } from '../http/problem.ts'
import type { UserDb } from '../session/as-user.ts'
import { accesoLote } from './queries.ts'

/** Why a query about a lot of a contract gave no row. */
export async function sinLote(db: UserDb, clave: ClaveContrato, lote: string): Promise<Problem> {
  const [acceso] = await db.query<{ visible: boolean }>(para(clave, accesoLote), [clave.valor, lote])
  if (!acceso) return sinContrato(db, clave)
  return problem(acceso.visible ? 'sin_permiso' : 'lote_no_existe')
}
