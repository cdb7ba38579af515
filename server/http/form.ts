import type { Readable } from 'node:stream'
import { Busboy, type BusboyHeaders } from '@fastify/busboy'
import type { H3Event } from 'h3'
import { fieldProblem, type Problem, problem } from './problem.ts'

export const FILE_LIMIT = 50 * 1024 * 1024

/** A file as it comes in: its bytes are yet to be read. */
export interface IncomingFile {
  /** What the uploader's device called it. */
  name: string
  content: Readable
}

export interface Form<T> {
  fields: Record<string, string>
  /** What `onFile` made of the file; undefined when none came. */
  file: T | undefined
}

const FILE_FIELD = 'archivo'
const LIMITS = {
  fileSize: FILE_LIMIT,
  files: 1,
  fields: 20,
  parts: 25,
  fieldSize: 4096,
  fieldNameSize: 100,
  headerPairs: 40,
}

/**
 * Reads a multipart form with one file, `archivo`, at most, which `onFile` consumes while it arrives: nothing is kept in
 * memory. Fields may come before or after it.
 * @throws Problem 413, 415, 400 `formulario_invalido` or what `onFile` throws; never before `onFile` has ended.
 */
export async function readForm<T>(
  event: H3Event,
  onFile: (file: IncomingFile) => Promise<T>,
): Promise<Form<T>> {
  const { req } = event.node
  if (!/^multipart\/form-data\s*;/i.test(req.headers['content-type'] ?? ''))
    throw problem('tipo_de_cuerpo_no_admitido')
  const parser = openParser(req.headers as BusboyHeaders)
  const fields: Record<string, string> = Object.create(null)
  let incoming: { content: Readable; done: Promise<T> } | undefined

  const parsed = new Promise<void>((resolve, reject) => {
    parser.on('field', (name: string | undefined, value, isNameCut, isValueCut) => {
      if (name === undefined) reject(problem('formulario_invalido'))
      else if (isNameCut || isValueCut) reject(fieldProblem(name, 'Es demasiado largo.'))
      else if (name in fields) reject(fieldProblem(name, 'Vino más de una vez.'))
      else fields[name] = value
    })
    parser.on('file', (field, content, name) => {
      // Its failures are told to whoever reads it; without a listener they would end the process.
      content.on('error', () => {})
      if (field !== FILE_FIELD) return reject(fieldProblem(field ?? '', 'No es un campo de esta operación.'))
      content.on('limit', () => content.destroy(problem('archivo_demasiado_grande')))
      const done = onFile({ name, content })
      incoming = { content, done }
      done.catch(reject)
    })
    parser.on('filesLimit', () => reject(fieldProblem('archivo', 'Vino más de una vez.')))
    parser.on('fieldsLimit', () => reject(problem('formulario_invalido')))
    parser.on('partsLimit', () => reject(problem('formulario_invalido')))
    parser.on('error', (cause) => reject(problem('formulario_invalido', { cause })))
    parser.on('finish', resolve)
    req.on('close', () => !req.complete && reject(problem('peticion_invalida')))
    req.on('error', (cause) => reject(problem('peticion_invalida', { cause })))
  })
  req.pipe(parser)
  try {
    await parsed
    return { fields: { ...fields }, file: await incoming?.done }
  } catch (error) {
    // The rest of the body is read and dropped, so that the caller gets to read the answer.
    req.unpipe(parser)
    req.resume()
    incoming?.content.destroy(error as Problem)
    await incoming?.done.catch(() => {})
    throw error
  }
}

function openParser(headers: BusboyHeaders): ReturnType<typeof Busboy> {
  // The file's field is a file even when it came without a name; every other is text unless it has one.
  const isPartAFile = (field?: string, _type?: string, name?: string) =>
    field === FILE_FIELD || name !== undefined
  try {
    return Busboy({ headers, limits: LIMITS, isPartAFile })
  } catch (cause) {
    throw problem('formulario_invalido', { cause })
  }
}
