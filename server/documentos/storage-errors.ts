import { Problem, problem } from '../http/problem.ts'

/** What Storage tells of a failure: the HTTP status, and in older versions the real one as text. */
interface Failure {
  status?: number
  statusCode?: string
  message: string
}

/** True when an object of that name exists already. */
export const isDuplicate = (error: Failure) => statusOf(error) === 409

/** True when there is no such object for the caller. */
export const isMissing = (error: Failure) => statusOf(error) === 404

/** Turns a failure of Storage into the problem that the caller reads. */
export function problemFromStorage(error: unknown): Problem {
  if (error instanceof Problem) return error
  switch (statusOf(error as Failure)) {
    case 401:
      return problem('no_autenticado', { cause: error })
    case 403:
      return problem('sin_permiso', { cause: error })
    case 413:
      return problem('archivo_demasiado_grande', { cause: error })
    case 415:
      return problem('archivo_no_admitido', { cause: error })
    case 416:
      return problem('rango_invalido', { cause: error })
    case 507:
      return problem('sin_espacio', { cause: error })
  }
  return problem('almacen_no_disponible', { cause: error })
}

// storage-api answers most errors with HTTP 400 and puts the status that it means into the body.
const statusOf = ({ status, statusCode }: Failure) => Number(statusCode) || status
