import { H3Error } from 'h3'
import { CATALOGUE, type Clave, TITLES } from './catalogue.ts'

/** What is wrong with one field of the input. */
export interface FieldError {
  campo: string
  mensaje: string
}

/** The body of an `application/problem+json` answer (RFC 9457). */
export interface ProblemBody {
  type: string
  title: string
  status: number
  detail: string
  clave: string
  errores?: FieldError[]
}

interface ProblemOptions {
  detail?: string
  errores?: FieldError[]
  headers?: Record<string, string>
  cause?: unknown
}

/** An error meant for the caller: a stable key, a Spanish detail and, for bad input, the fields at fault. */
export class Problem extends H3Error {
  override name = 'Problem'
  readonly clave: string
  readonly detail: string
  readonly errores: FieldError[] | undefined
  readonly headers: Record<string, string>

  constructor(status: number, clave: string, detail: string, options: ProblemOptions = {}) {
    super(clave, options.cause === undefined ? undefined : { cause: options.cause })
    this.statusCode = status
    this.clave = clave
    this.detail = detail
    this.errores = options.errores
    this.headers = options.headers ?? {}
  }

  get body(): ProblemBody {
    return {
      type: `urn:triboka:error:${this.clave}`,
      title: TITLES[this.statusCode] ?? 'Error',
      status: this.statusCode,
      detail: this.detail,
      clave: this.clave,
      ...(this.errores && { errores: this.errores }),
    }
  }
}

const RETRY_AFTER = { 'retry-after': '5' }

/** A problem of the functions' own catalogue. */
export function problem(clave: Clave, options: ProblemOptions = {}): Problem {
  const [status, detail] = CATALOGUE[clave]
  const headers = status === 503 ? { ...RETRY_AFTER, ...options.headers } : options.headers
  return new Problem(status, clave, options.detail ?? detail, { ...options, headers })
}

/** A 422 that blames one field. */
export function fieldProblem(campo: string, mensaje: string, clave: Clave = 'datos_invalidos'): Problem {
  return problem(clave, { detail: mensaje, errores: [{ campo, mensaje }] })
}

/** The same problem with its fields called as the caller knows them; what is no problem of a field stays as it is. */
export function renamingFields(error: unknown, rename: (campo: string) => string): unknown {
  if (!(error instanceof Problem) || !error.errores) return error
  const { statusCode, clave, detail, headers } = error
  const errores = error.errores.map(({ campo, mensaje }) => ({ campo: rename(campo), mensaje }))
  return new Problem(statusCode, clave, detail, { errores, headers })
}
