import type { H3Error, H3Event } from 'h3'
import { Problem, problem } from './http/problem.ts'
import { allowedMethods } from './openapi/operations.ts'

/** Turns whatever a route threw into the problem that the caller reads. */
export function asProblem(error: H3Error, event: H3Event): Problem {
  if (error instanceof Problem) return error
  return (!error.unhandled && fromFramework(error, event)) || problem('error_interno', { cause: error.cause })
}

/** h3 raises its own errors for unknown paths, other methods and malformed requests. */
function fromFramework(error: H3Error, event: H3Event): Problem | undefined {
  switch (error.statusCode) {
    case 404:
      return problem('ruta_inexistente')
    case 405:
      return problem('metodo_no_permitido', { headers: { allow: allowedMethods(event.path).join(', ') } })
  }
  return error.statusCode >= 400 && error.statusCode < 500 ? problem('peticion_invalida') : undefined
}
