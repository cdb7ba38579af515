import type { Falla } from '../evidencia/fallas.ts'
import { fallaDeSello } from '../evidencia/sellos.ts'
import type { Content } from '../evidencia/zip-writer.ts'
import type { Ancla } from './leer.ts'

/**
 * The signed root of the day as the bytes that were stamped, the stamp, and the certificates to verify it with. What
 * stands there and is no stamp of that root goes along as it is, and is told.
 * @param autoridades PEM of who vouches for the TSA; empty where it is not known.
 */
export async function selloEnBolsa(
  ancla: Ancla | undefined,
  autoridades: string,
): Promise<{ archivos: [string, Content][]; fallas: Falla[] }> {
  if (!ancla?.sello) return { archivos: [], fallas: [] }
  // What reads stamps is only loaded where there is one.
  const { certificatesOfStamp } = await import('../evidencia/sello.ts')
  const respuesta = Buffer.from(ancla.sello, 'base64')
  const archivos: [string, Content][] = [
    ['raiz.txt', ancla.nota],
    ['sello.tsr', respuesta],
  ]
  const what = await fallaDeSello({ respuesta }, ancla.nota, [])
  // The second line of a checkpoint is how many leaves it has.
  const objeto = `raiz/${ancla.nota.split('\n')[1]}`
  if (what) return { archivos, fallas: [{ objeto, falla: 'sello', campos: [what] }] }
  archivos.push(['sello-certificados.pem', certificatesOfStamp(respuesta)])
  if (autoridades) archivos.push(['sello-autoridades.pem', autoridades])
  return { archivos, fallas: [] }
}
