import type { H3Event } from 'h3'
import type { ByKey } from '../db/fragments.ts'
import type { Query } from '../db/types.ts'
import { pathParameter } from '../http/path.ts'
import { type Problem, problem } from '../http/problem.ts'
import type { UserDb } from '../session/as-user.ts'
import { noAccess } from '../session/no-row.ts'
import { accesoContrato } from './queries.ts'

/** The contract that a path names: `{id}` is its numeric id or its code. */
export interface ClaveContrato {
  por: keyof ByKey
  valor: string
}

/**
 * The contract that the path of a request names.
 * @throws Problem 404 for what cannot name any contract.
 */
export function contratoDe(event: H3Event): ClaveContrato {
  const valor = pathParameter(event, 'id')
  if (/^[1-9]\d{0,17}$/.test(valor)) return { por: 'id', valor }
  if (/^CT-\d{4}-(?:[A-Z\d]{2,8}-)?\d{5,15}$/.test(valor)) return { por: 'codigo', valor }
  throw problem('contrato_no_existe')
}

/** The query that finds the contract by what the path gave. */
export const para = (clave: ClaveContrato, query: ByKey): Query => query[clave.por]

/**
 * Why a query about a contract gave no row: the account has no access, the contract is not there for it, or
 * has another version, or the caller may see it but not do this.
 */
export async function sinContrato(
  db: UserDb,
  clave: ClaveContrato,
  versiones: (string | null)[] = [null, null],
): Promise<Problem> {
  const [acceso] = await db.query<{ activo: boolean; vigente: boolean | null }>(para(clave, accesoContrato), [
    clave.valor,
    ...versiones,
  ])
  if (!acceso?.activo) return noAccess(db)
  if (acceso.vigente === null) return problem('contrato_no_existe')
  return problem(acceso.vigente ? 'sin_permiso' : 'version_distinta')
}
