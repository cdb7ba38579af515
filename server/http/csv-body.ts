import type { H3Event } from 'h3'
import { readForm } from './form.ts'
import { fieldProblem, problem } from './problem.ts'

/**
 * Hands over the bytes of a CSV while they arrive: the body itself (`text/csv`), or `archivo` of a multipart form.
 * @throws Problem 413, 415, 400 `formulario_invalido` or what `read` throws.
 */
export async function readCsv<T>(
  event: H3Event,
  read: (content: AsyncIterable<Buffer>) => Promise<T>,
): Promise<T> {
  const { req } = event.node
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = req.headers
  if (/^multipart\/form-data\s*;/i.test(type)) {
    const { fields, file } = await readForm(event, ({ content }) => read(content))
    const [extra] = Object.keys(fields)
    if (extra !== undefined) throw fieldProblem(extra.slice(0, 60), 'No es un campo de esta operación.')
    if (file === undefined) throw fieldProblem('archivo', 'Es obligatorio.')
    return file
  }
  if (!/^text\/csv\s*(;|$)/i.test(type) || encoding !== 'identity')
    throw problem('tipo_de_cuerpo_no_admitido')
  try {
    // Leaving it would destroy the connection before the answer: the rest is read and dropped.
    return await read(req.iterator({ destroyOnReturn: false }))
  } catch (error) {
    req.resume()
    throw req.destroyed && !req.complete ? problem('peticion_invalida', { cause: error }) : error
  }
}
