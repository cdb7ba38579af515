import type { H3Event } from 'h3'
import { UUID } from '../http/cursor.ts'
import { pathParameter } from '../http/path.ts'
import { problem } from '../http/problem.ts'

/**
 * The operation that the path of a request names.
 * @throws Problem 404 for what cannot be the id of any.
 */
export function operacionDe(event: H3Event): string {
  const id = pathParameter(event, 'operacion')
  if (!UUID.test(id)) throw problem('operacion_no_existe')
  return id
}
