import { TooManyAtOnce, TurnTooLate } from '../process/turns.ts'
import { fieldProblem, Problem, problem } from './problem.ts'

/** The fields of an error answer of Postgres that we read. */
interface PostgresError extends Error {
  code: string
  detail?: string
  hint?: string
  column?: string
  constraint?: string
  table?: string
}

const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EPIPE',
])
// pg raises these without a code.
const CONNECTION_MESSAGES =
  /connection terminated|query read timeout|timeout exceeded when trying to connect|client has encountered a connection error|not queryable|pool after calling end/i

/** Turns an error of a query into a problem; what is neither the caller's fault nor an outage stays as it is. */
export function fromDatabase(error: unknown): unknown {
  if (error instanceof Problem) return error
  if (error instanceof TooManyAtOnce) return tooManyAtOnce(error)
  if (isDatabaseUnavailable(error)) return problem('base_no_disponible', { cause: error })
  return (isPostgresError(error) && problemFromPostgres(error)) || error
}

/** What a user is told who has too much under way. */
export const tooManyAtOnce = (cause: TooManyAtOnce) =>
  problem('demasiadas_a_la_vez', { headers: { 'retry-after': '2' }, cause })

/** True when the database could not be asked at all: down, restarting, full or too slow. */
function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof TurnTooLate) return true
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (typeof code === 'string') {
    return CONNECTION_CODES.has(code) || /^(08|53|57P0|28|3D)/.test(code) || code === '57014'
  }
  return CONNECTION_MESSAGES.test(String(message))
}

/** True for an error that Postgres itself answered (SQLSTATE of five characters). */
function isPostgresError(error: unknown): error is PostgresError {
  const code = (error as { code?: unknown } | null)?.code
  return (
    error instanceof Error && typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && 'severity' in error
  )
}

/**
 * Turns an error of Postgres into the problem that the caller reads, without the names of tables or policies.
 * @returns null when it is a fault of ours, to be answered as 500.
 */
function problemFromPostgres(error: PostgresError): Problem | null {
  const raised = /^PT([45]\d\d)$/.exec(error.code)
  if (raised) return raisedProblem(Number(raised[1]), error)
  switch (error.code) {
    case '42501':
      return problem('sin_permiso')
    case '23505':
      return withField('duplicado', error, 'Ya existe un registro con ese valor.')
    case '23P01':
      return withField('duplicado', error, 'Coincide con otro registro.')
    case '23503':
      return withField('referencia_inexistente', error, 'No existe.')
    case '23502':
      return withField('datos_invalidos', error, 'Es obligatorio.')
    case '23514':
      return withField('datos_invalidos', error, 'Está fuera de lo permitido.')
    // What the stack does while a disk is nearly full: transactions only read.
    case '25006':
      return problem('sin_espacio')
    case '40001':
    case '40P01':
    case '55P03':
      return problem('conflicto_simultaneo')
  }
  return error.code.startsWith('22') ? problem('datos_invalidos') : null
}

/** A field, or one of an element of a list: `entradas[0].kg`. */
const FIELD = /^[\w-]+(\[\d{1,6}\])?(\.[\w-]+)?$/

/** What SQL raised on purpose: `raise exception 'clave' using errcode = 'PT4xx', detail, hint = campo`. */
function raisedProblem(status: number, error: PostgresError): Problem {
  const detail = error.detail || error.message
  const errores = error.hint && FIELD.test(error.hint) ? [{ campo: error.hint, mensaje: detail }] : undefined
  return new Problem(status, error.message, detail, { errores })
}

function withField(
  clave: Parameters<typeof fieldProblem>[2] & string,
  error: PostgresError,
  mensaje: string,
): Problem {
  const campo = error.column ?? fieldOfConstraint(error)
  return campo ? fieldProblem(campo, mensaje, clave) : problem(clave)
}

/** `contratos_volumen_tm_check` → `volumen_tm`, by the names that Postgres and our migrations give. */
function fieldOfConstraint({ constraint, table }: PostgresError): string | undefined {
  if (!constraint || !table || !constraint.startsWith(`${table}_`)) return undefined
  return /^(.+)_(check|fkey|key|valid[oa]s?|requerid[oa])$/.exec(constraint.slice(table.length + 1))?.[1]
}
