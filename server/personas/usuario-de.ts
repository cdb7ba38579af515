import type { H3Event } from 'h3'
import { UUID } from '../http/cursor.ts'
import { pathParameter } from '../http/path.ts'
import { type Problem, problem } from '../http/problem.ts'
import type { UserDb } from '../session/as-user.ts'
import { noAccess } from '../session/no-row.ts'
import { accesoUsuario } from './queries.ts'

/**
 * The user that the path of a request names.
 * @throws Problem 404 for what cannot name any user.
 */
export function usuarioDe(event: H3Event): string {
  const valor = pathParameter(event, 'usuario').toLowerCase()
  if (!UUID.test(valor)) throw problem('usuario_no_existe')
  return valor
}

/** Why a query about a user gave no row: the account has no access, or may not see it, or may not do this. */
export async function sinUsuario(db: UserDb, usuario: string): Promise<Problem> {
  const reason = await noAccess(db)
  if (reason.clave !== 'sin_permiso') return reason
  const [acceso] = await db.query<{ visible: boolean }>(accesoUsuario, [usuario])
  return acceso?.visible ? reason : problem('usuario_no_existe')
}
