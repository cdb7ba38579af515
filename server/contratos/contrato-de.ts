import { getRouterParam, type H3Event } from 'h3'
import type { Query } from '../db/database.ts'
import type { PorClave } from '../db/fragments.ts'
import type { Clave } from '../http/catalogue.ts'
import { Problem, problem } from '../http/problem.ts'
import { accesoLote } from '../lotes/queries.ts'
import { exigirCuenta } from '../personas/queries.ts'
import type { UserDb } from '../session/as-user.ts'
import { accesoContrato } from './queries.ts'

/** The contract that a path names: `{id}` is its numeric id or its code. */
export interface ClaveContrato {
  por: keyof PorClave
  valor: string
}

/**
 * The contract that the path of a request names.
 * @throws Problem 404 for what cannot name any contract.
 */
export function contratoDe(event: H3Event): ClaveContrato {
  const valor = parametro(event, 'id')
  if (/^[1-9]\d{0,17}$/.test(valor)) return { por: 'id', valor }
  if (/^CT-\d{4}-\d{5,15}$/.test(valor)) return { por: 'codigo', valor }
  throw problem('contrato_no_existe')
}

/** A parameter of the path, decoded; '' when its encoding does not hold. */
export function parametro(event: H3Event, name: string): string {
  const valor = getRouterParam(event, name, { decode: true }) ?? ''
  return valor.isWellFormed() && !valor.includes('\0') ? valor : ''
}

/**
 * A numeric id of the path.
 * @throws Problem of the given key, 404, for what cannot be one.
 */
export function numeroDe(event: H3Event, name: string, clave: Clave): string {
  const valor = parametro(event, name)
  if (!/^[1-9]\d{0,17}$/.test(valor)) throw problem(clave)
  return valor
}

/** The query that finds the contract by what the path gave. */
export const para = (clave: ClaveContrato, query: PorClave): Query => query[clave.por]

/** Why nothing was given to an account: it has no company, is switched off, or its session was closed. */
export async function sinAcceso(db: UserDb): Promise<Problem> {
  const reason = await db.query(exigirCuenta).catch((error: unknown) => error)
  if (reason instanceof Problem) return reason
  if (reason instanceof Error) throw reason
  return problem('sin_permiso')
}

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
  if (!acceso?.activo) return sinAcceso(db)
  if (acceso.vigente === null) return problem('contrato_no_existe')
  return problem(acceso.vigente ? 'sin_permiso' : 'version_distinta')
}

/** Why a query about a lot of a contract gave no row. */
export async function sinLote(db: UserDb, clave: ClaveContrato, lote: string): Promise<Problem> {
  const [acceso] = await db.query<{ visible: boolean }>(para(clave, accesoLote), [clave.valor, lote])
  if (!acceso) return sinContrato(db, clave)
  return problem(acceso.visible ? 'sin_permiso' : 'lote_no_existe')
}
