import type { H3Event } from 'h3'
import { contratoDe, para, sinContrato } from '../contratos/contrato.ts'
import { pathId } from '../http/path.ts'
import { problem } from '../http/problem.ts'
import type { UserConnection } from '../session/as-user.ts'
import type { Archivo } from './download.ts'
import { ubicarArchivo } from './queries.ts'

/**
 * The file of the document that a path names, where the caller sees it.
 * @returns what never changes of it, besides: its digest, or its id, which says which one it is.
 * @throws Problem 404 for what there is not, or is not the caller's to see.
 */
export async function archivoDe(
  event: H3Event,
  db: UserConnection,
): Promise<{ archivo: Archivo; version: string }> {
  const [contrato, documento] = [contratoDe(event), pathId(event, 'documento', 'documento_no_existe')]
  const [archivo] = await db.query<Archivo & Record<string, unknown>>(para(contrato, ubicarArchivo), [
    contrato.valor,
    documento,
  ])
  if (archivo) return { archivo, version: archivo.sha256 ?? `documento-${documento}` }
  const causa = await sinContrato(db, contrato)
  throw causa.clave === 'sin_permiso' ? problem('documento_no_existe') : causa
}
