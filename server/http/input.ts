import { getQuery, type H3Event } from 'h3'
import * as v from 'valibot'
import type { Clave } from './catalogue.ts'
import { passedBound, SMALL_JSON } from './json-bounds.ts'
import { fieldProblem, problem } from './problem.ts'

const JSON_LIMIT = 1024 * 1024
/** For all of a JSON body to arrive. */
const BODY_MS = 30_000
const FAULTS_AT_MOST = 20
const FIELD_NAME_AT_MOST = 60
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/**
 * Reads a JSON body and checks it against a schema.
 * @throws Problem 413, 415, 400 `json_invalido` or 422 `datos_invalidos` with every field at fault.
 */
export async function readBodyAs<S extends v.GenericSchema>(
  event: H3Event,
  schema: S,
): Promise<v.InferOutput<S>> {
  const body = await readJson(event)
  // To valibot a list is an object as well.
  if (Array.isArray(body)) throw fieldProblem('', 'Debe ser un objeto JSON.')
  return check(schema, body, 'datos_invalidos')
}

/** Reads the query string as a schema; every value is text and may come once. */
export function readQueryAs<S extends v.GenericSchema>(event: H3Event, schema: S): v.InferOutput<S> {
  return check(schema, getQuery(event), 'parametros_invalidos')
}

/**
 * Checks a value against a schema.
 * @throws Problem of the given key, with the path and the reason of every fault; never with the value.
 */
export function check<S extends v.GenericSchema>(schema: S, value: unknown, clave: Clave): v.InferOutput<S> {
  const result = v.safeParse(schema, value)
  if (result.success) return result.output
  // Of each field, the first thing that is wrong with it.
  const faults = new Map<string, string>()
  for (const issue of result.issues) {
    const campo = (v.getDotPath(issue) ?? '').slice(0, FIELD_NAME_AT_MOST)
    if (!faults.has(campo)) faults.set(campo, issue.message)
  }
  const errores = [...faults].slice(0, FAULTS_AT_MOST).map(([campo, mensaje]) => ({ campo, mensaje }))
  throw problem(clave, { errores })
}

async function readJson(event: H3Event): Promise<unknown> {
  const { headers } = event.node.req
  const isJson = /^application\/(json|[\w.+-]+\+json)\s*(;|$)/i.test(headers['content-type'] ?? '')
  if (!isJson || (headers['content-encoding'] ?? 'identity') !== 'identity')
    throw problem('tipo_de_cuerpo_no_admitido')
  const bytes = await readBytes(event, JSON_LIMIT)
  if (passedBound(bytes, SMALL_JSON)) throw problem('json_invalido')
  try {
    return JSON.parse(decoder.decode(bytes))
  } catch {
    throw problem('json_invalido')
  }
}

async function readBytes(event: H3Event, limit: number): Promise<Buffer> {
  const { req } = event.node
  if (Number(req.headers['content-length'] ?? 0) > limit) throw problem('cuerpo_demasiado_grande')
  const chunks: Buffer[] = []
  let size = 0
  let late: NodeJS.Timeout | undefined
  return new Promise<Buffer>((resolve, reject) => {
    // The connection goes with it: what else would come is the rest of this body.
    const refuse = () => reject(problem('cuerpo_demasiado_lento', { headers: { connection: 'close' } }))
    late = setTimeout(refuse, BODY_MS)
    req.on('data', (chunk: Buffer) => {
      size += chunk.length
      // What is too much is read and dropped, so that the caller gets to read the answer.
      if (size <= limit) chunks.push(chunk)
    })
    req.on('end', () =>
      size > limit ? reject(problem('cuerpo_demasiado_grande')) : resolve(Buffer.concat(chunks)),
    )
    req.on('close', () => req.complete || reject(problem('peticion_invalida')))
    req.on('error', (cause) => reject(problem('peticion_invalida', { cause })))
  }).finally(() => clearTimeout(late))
}
