import type { H3Event } from 'h3'
import { accesoUsuario } from '../queries/personas.ts'
import type { UserDb } from './como-usuario.ts'
import { parametro, sinAcceso } from './contrato-de.ts'
import { UUID } from './cursor.ts'
import { type Problem, problem } from './problem.ts'

/**
 * The user that the path of a request names.
 * @throws Problem 404 for what cannot name any user.
 */
export function usuarioDe(event: H3Event): string {
  const valor = parametro(event, 'usuario').toLowerCase()
  if (!UUID.test(valor)) throw problem('usuario_no_existe')
  return valor
}

/** Why a query about a user gave no row: the account has no access, or may not see it, or may not do this. */
export async function sinUsuario(db: UserDb, usuario: string): Promise<Problem> {
  const reason = await sinAcceso(db)
  if (reason.clave !== 'sin_permiso') return reason
  const [acceso] = await db.query<{ visible: boolean }>(accesoUsuario, [usuario])
  return acceso?.visible ? reason : problem('usuario_no_existe')
}
