import * as v from 'valibot'
import { passedBound, SMALL_JSON } from '../../../../server/http/json-bounds.ts'
import { entityTooLarge, invalidRequest } from '../errors.ts'
import type { StorageRequest } from './request.ts'

const LONGEST_JSON = 1024 * 1024

async function readBytes(request: StorageRequest): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request.event.node.req as AsyncIterable<Buffer>) {
    size += chunk.length
    // The rest is read and dropped: leaving the loop would cut the connection before the answer.
    if (size <= LONGEST_JSON) chunks.push(chunk)
    else chunks.length = 0
  }
  if (size > LONGEST_JSON) throw entityTooLarge()
  return Buffer.concat(chunks)
}

/**
 * Reads and checks a JSON body; an empty one counts as `{}`.
 * @throws StorageError InvalidRequest, naming the field and never repeating what was sent.
 */
export async function readJson<Schema extends v.GenericSchema>(
  request: StorageRequest,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  const bytes = await readBytes(request)
  if (passedBound(bytes, SMALL_JSON)) throw invalidRequest('The body is too deep, or holds too much')
  let body: unknown
  try {
    body = bytes.length > 0 ? JSON.parse(bytes.toString('utf8')) : {}
  } catch {
    throw invalidRequest('The body is not valid JSON')
  }
  const result = v.safeParse(schema, body)
  if (result.success) return result.output
  const [issue] = result.issues
  const field = v.getDotPath(issue) ?? 'body'
  throw invalidRequest(`${field} is not valid: expected ${issue.expected ?? issue.type}`)
}
