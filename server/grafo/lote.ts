import type { H3Event } from 'h3'
import type { ByKey } from '../db/fragments.ts'
import type { Query } from '../db/types.ts'
import { UUID } from '../http/cursor.ts'
import { pathParameter } from '../http/path.ts'
import { type Problem, problem } from '../http/problem.ts'
import type { UserDb } from '../session/as-user.ts'
import { noAccess } from '../session/no-row.ts'

/** A lot's code: its year, and its number in its company. */
export const CODIGO_DE_LOTE = /^LO-\d{4}-\d{6,15}$/

/** The lot that a path names: `{lote}` is its id or its code, which is one of the caller's company. */
export interface ClaveLote {
  por: keyof ByKey
  valor: string
}

/**
 * The lot that the path of a request names.
 * @throws Problem 404 for what cannot name any lot.
 */
export function loteDe(event: H3Event): ClaveLote {
  const valor = pathParameter(event, 'lote')
  if (UUID.test(valor)) return { por: 'id', valor }
  if (CODIGO_DE_LOTE.test(valor)) return { por: 'codigo', valor }
  throw problem('lote_no_existe')
}

/** Builds both forms of a query; `where` chooses the lot `l` by `$1`. Codes are of a company: an administrator asks by id. */
export function porLote(name: string, text: (where: string) => string): ByKey {
  return {
    id: { name: `${name}_por_id`, text: text('l.id = $1::uuid') },
    codigo: {
      name: `${name}_por_codigo`,
      text: text('l.codigo = $1 and l.empresa_id = (select privado.mi_empresa())'),
    },
  }
}

/** The query that finds the lot by what the path gave. */
export const para = (clave: ClaveLote, query: ByKey): Query => query[clave.por]

/** Why a query about a lot gave no row: the account has no access, or the lot is not there for it. */
export async function sinLote(db: UserDb): Promise<Problem> {
  const reason = await noAccess(db)
  return reason.clave === 'sin_permiso' ? problem('lote_no_existe') : reason
}
