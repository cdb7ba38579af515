import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { Busboy, type BusboyHeaders } from '@fastify/busboy'
import { aborted, invalidRequest } from '../errors.ts'
import { onceCut } from './cut.ts'

const LIMITS = { fields: 20, fieldSize: 64 * 1024, files: 1, headerPairs: 50 }

export interface MultipartFile {
  file: Readable
  mimetype: string
  fields: Map<string, string>
  /** Settles when the form has come to its end: then every field is there. */
  ended: Promise<void>
}

/**
 * Opens the file of a multipart form without holding it: its bytes flow as they are read.
 * @throws StorageError for a form that is broken or has no file.
 */
export function openMultipart(request: IncomingMessage): Promise<MultipartFile> {
  let parser: ReturnType<typeof Busboy>
  try {
    parser = Busboy({ headers: request.headers as BusboyHeaders, limits: LIMITS })
  } catch {
    throw invalidRequest('The multipart form has no boundary')
  }
  const fields = new Map<string, string>()
  let file: Readable | undefined
  const { promise: ended, resolve: end, reject: fail } = Promise.withResolvers<void>()
  // Whoever reads the file hears of a failure through it.
  ended.catch((error) => file?.destroy(error))

  parser.on('field', (name, value) => fields.set(name, value))
  parser.on('finish', () => end())
  const broken = () => fail(invalidRequest('The multipart form is broken'))
  parser.on('error', broken)
  onceCut(request, () => fail(aborted()))
  return new Promise((resolve, reject) => {
    parser.on('file', (_field, opened, _fileName, _encoding, mimetype) => {
      file = opened
      opened.on('error', broken)
      resolve({ file, mimetype: mimetype || 'application/octet-stream', fields, ended })
    })
    ended.then(() => reject(invalidRequest('No content provided')), reject)
    request.pipe(parser)
  })
}
