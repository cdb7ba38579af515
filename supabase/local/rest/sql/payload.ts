// What a client sends, ready for SQL: JSON stays the text that it came as.
import { isUtf8 } from 'node:buffer'
import { RestError } from '../error.ts'
import type { RestRequest } from '../request/types.ts'
import { readCsv } from './csv.ts'
import { keysOf } from './json-keys.ts'

export interface Payload {
  /** JSON; of a function also plain text, XML or bytes. */
  content: Buffer | string
  /** Of JSON: one object, or an array of them. */
  isObject: boolean
  /** What is written: the keys of the objects, or `columns=`. In order, so that statements repeat. */
  keys: readonly string[]
  /** A form's fields, of a function: its arguments one by one, repeated ones too. */
  form: readonly (readonly [string, string])[] | null
}

const refuse = (message: string): never => {
  throw new RestError(400, 'PGRST102', message)
}

const known = new WeakMap<RestRequest, Payload>()

/** Read once a request: to find a function its keys are needed, and to call it all of it. */
export function payloadOf(request: RestRequest): Payload {
  const before = known.get(request)
  if (before) return before
  const payload = readPayload(request)
  known.set(request, payload)
  return payload
}

function readPayload(request: RestRequest): Payload {
  const body = request.body ?? Buffer.alloc(0)
  const isCall = request.target.kind === 'rpc'
  const { type } = request.contentType
  if (type === 'application/json') return readJson(request, body, isCall)
  if (type === 'text/csv') {
    const { keys, json } = readCsv(textOf(body))
    return payload(json, json === '[]' ? [] : keys)
  }
  if (type === 'application/x-www-form-urlencoded') {
    const form = [...new URLSearchParams(textOf(body))]
    const fields = Object.fromEntries(form)
    const one = payload(JSON.stringify(fields), Object.keys(fields))
    return isCall ? { ...one, form } : one
  }
  if (isCall && ['text/plain', 'text/xml', 'application/octet-stream'].includes(type)) {
    return { content: body, isObject: false, keys: [], form: null }
  }
  return refuse(`Content-Type not acceptable: ${type}`)
}

function readJson({ query, method }: RestRequest, body: Buffer, isCall: boolean): Payload {
  // With `columns=` other keys are left out, and nobody has to know them. PUT takes none.
  if (query.columns !== null && method !== 'PUT') return payload(body, query.columns)
  if (isCall && body.length === 0) return payload(body, [])
  const { kind, keys } = keysOf(body)
  // What is neither an object nor an array has no rows.
  if (kind === 'scalar') return payload('[]', [])
  return payload(body, keys ?? refuse('All object keys must match'))
}

function payload(content: Buffer | string, keys: readonly string[]): Payload {
  return { content, isObject: startsObject(content), keys: [...new Set(keys)].sort(), form: null }
}

const startsObject = (content: Buffer | string): boolean => {
  if (typeof content === 'string') return content.startsWith('{')
  let at = 0
  while ([0x20, 0x09, 0x0a, 0x0d].includes(content[at]!)) at++
  return content[at] === 0x7b
}

function textOf(body: Buffer): string {
  return isUtf8(body) ? body.toString('utf8') : refuse('The body is not UTF-8')
}
