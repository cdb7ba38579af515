import { type Firmante, firmante } from '../evidencia/firmante.ts'
import { problem } from '../http/problem.ts'

/**
 * Who signs for this installation: an expediente without a signature proves nothing.
 * @throws Problem 503 where nothing signs.
 */
export function exigirFirmante(): NonNullable<Firmante> {
  const quien = firmante()
  if (!quien) throw problem('evidencia_sin_clave')
  return quien
}
