import { CATALOGUE } from '../../../../server/http/catalogue.ts'
import { TooManyAtOnce, TurnTooLate } from '../../../../server/process/turns.ts'
import { RestError } from '../error.ts'
import type { RestAnswer } from './answer.ts'
import { isHeader } from './header.ts'
import { readRaised } from './raised.ts'
import { statusOf } from './sql-status.ts'

/** What an error is judged by. */
export interface ErrorContext {
  /** Has the caller not signed in? */
  isAnonymous: boolean
  /** Do transactions only read, because a disk is nearly full? */
  isFull: boolean
}

interface PostgresError extends Error {
  code: string
  detail?: string
  hint?: string
}

const NETWORK = /^(E[A-Z]{3,}|EAI_AGAIN)$/
/** Of Postgres before there is a connection: no password, no database, too many, not yet. */
const NO_CONNECTION = /^(08...|28P01|28000|3D000|53300|57P0[1-3])$/
// pg raises these without a code.
const LOST = /connection terminated|query read timeout|connection error|not queryable|pool after calling end/i
const NO_TURN = /timeout exceeded when trying to connect/i

const isPostgres = (error: Error): error is PostgresError => 'severity' in error && 'code' in error

/** What our catalogue has a key for, as PostgREST says what our SQL raises. */
function catalogued(key: 'sin_espacio' | 'demasiadas_a_la_vez', headers?: Record<string, string>): RestError {
  const [status, details] = CATALOGUE[key]
  return new RestError(status, `PT${status}`, key, { details, ...(headers && { headers }) })
}

const unavailable = (code: string, message: string, status = 503) =>
  new RestError(status, code, message, { headers: status === 503 ? { 'Retry-After': '1' } : {} })

function ofPostgres(error: PostgresError, { isAnonymous, isFull }: ErrorContext) {
  const { code, message, detail, hint } = error
  if (code === 'PGRST') return readRaised(message, detail)
  // A write where nothing can be written is no slip of whoever asked.
  if (code === '25006' && isFull) return { error: catalogued('sin_espacio') }
  const status = statusOf(code, message, isAnonymous)
  return { error: new RestError(status, code, message, { details: detail ?? null, hint: hint ?? null }) }
}

function read(error: unknown, context: ErrorContext): { error: RestError; statusText?: string | undefined } {
  if (error instanceof RestError) return { error }
  if (error instanceof TooManyAtOnce)
    return { error: catalogued('demasiadas_a_la_vez', { 'Retry-After': '2' }) }
  if (error instanceof Error) {
    const { code } = error as { code?: unknown }
    if (error instanceof TurnTooLate || NO_TURN.test(error.message))
      return {
        error: unavailable('PGRST003', 'Timed out acquiring connection from connection pool.', 504),
      }
    if (typeof code === 'string' && (NETWORK.test(code) || NO_CONNECTION.test(code)))
      return { error: unavailable('PGRST000', 'Database connection error.') }
    if (isPostgres(error)) return ofPostgres(error, context)
    if (LOST.test(error.message))
      return { error: unavailable('PGRST001', 'Database client error. Retrying the connection.') }
  }
  // Ours: the log has it, the caller has not.
  console.error(error)
  return { error: new RestError(500, 'PGRSTX00', 'Internal error') }
}

/** What whoever asked is told of an error: any that reading, running or answering a request throws. */
export function answerError(cause: unknown, context: ErrorContext): RestAnswer {
  const { error, statusText } = read(cause, context)
  const { status, code, message, details, hint, headers } = error
  return {
    status,
    ...(statusText !== undefined && { statusText }),
    headers: [
      ['Content-Type', 'application/json; charset=utf-8'],
      ['Proxy-Status', `PostgREST; error=${isHeader('code', code) ? code : 'PGRST121'}`],
      ...(status === 401 ? [['WWW-Authenticate', 'Bearer'] as const] : []),
      ...Object.entries(headers),
    ],
    body: JSON.stringify({ code, details, hint, message }),
  }
}
