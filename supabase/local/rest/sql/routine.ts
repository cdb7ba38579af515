// Which of a name's functions a call means: by its arguments' names, or by the one that takes the whole body.
import { isSameName, keyOf } from '../cache/names.ts'
import type { Parameter, Routine, SchemaCache } from '../cache/types.ts'
import { RestError } from '../error.ts'
import type { RestRequest } from '../request/types.ts'
import { closest, LOOSE_SCORE, NAME_SCORE } from './closest.ts'
import { payloadOf } from './payload.ts'
import { shown } from './shown.ts'

interface Call {
  schema: string
  name: string
  /** Names of arguments, in order. */
  keys: readonly string[]
  isPost: boolean
  contentType: string
}

/** By the type of a body the types of a lone parameter without a name that takes it. */
const WHOLE: ReadonlyMap<string, readonly string[]> = new Map([
  ['application/json', ['json', 'jsonb']],
  ['text/plain', ['text']],
  ['text/xml', ['xml']],
  ['application/octet-stream', ['bytea']],
])
const isRaw = ({ isPost, contentType }: Call) =>
  isPost && contentType !== 'application/json' && WHOLE.has(contentType)

/**
 * The function that a request calls.
 * @throws RestError PGRST202 where none has such parameters, PGRST203 where several have.
 */
export function findRoutine(request: RestRequest, cache: SchemaCache): Routine {
  const call = callOf(request)
  const named = (cache.routines.get(keyOf(call)) ?? []).filter((routine) => isSameName(routine, call))
  const byKeys = named.filter(({ parameters }) => matches(parameters, call))
  const candidates =
    byKeys.length > 0 ? byKeys : named.filter(({ parameters }) => takesWhole(parameters, call))
  const [routine, other] = candidates
  if (!routine) throw notFound(call, named, cache)
  if (other) throw ambiguous(candidates)
  return routine
}

/** The names of a request's arguments. */
export function argumentsOf(request: RestRequest): readonly string[] {
  if (request.method === 'POST') return payloadOf(request).keys
  return [...new Set(request.query.parameters.map(([name]) => name))].sort()
}

function callOf(request: RestRequest): Call {
  return {
    schema: request.schema,
    name: request.target.kind === 'root' ? '' : request.target.name,
    keys: argumentsOf(request),
    isPost: request.method === 'POST',
    contentType: request.contentType.type,
  }
}

function matches(parameters: readonly Parameter[], call: Call): boolean {
  if (parameters.length === 0) return call.keys.length === 0 && !isRaw(call)
  const given = new Set(call.keys)
  const names = new Set(parameters.map(({ name }) => name))
  return (
    call.keys.every((key) => names.has(key)) &&
    parameters.every(({ name, isRequired }) => !isRequired || given.has(name))
  )
}

/** A body that is one value, whose keys are nobody's names. */
function takesWhole(parameters: readonly Parameter[], { isPost, contentType }: Call): boolean {
  const [parameter, other] = parameters
  if (!isPost || !parameter || other || parameter.name !== '') return false
  return WHOLE.get(contentType)?.includes(parameter.type) ?? false
}

function ambiguous(candidates: readonly Routine[]): RestError {
  const list = [...candidates].sort(inOrder).map(({ schema, name, parameters }) => {
    const types = parameters.map((parameter) => `${parameter.name} => ${parameter.type}`)
    return `${schema}.${name}(${types.join(', ')})`
  })
  const message = `Could not choose the best candidate function between: ${list.join(', ')}`
  const hint =
    'Try renaming the parameters or the function itself in the database so function overloading can be resolved'
  return new RestError(300, 'PGRST203', message, { hint })
}

/** As PostgREST names them: first those of fewer parameters, and of those the ones without a comment. */
function inOrder(a: Routine, b: Routine): number {
  const wordsOf = ({ comment, parameters }: Routine) =>
    [comment === null ? '' : `.${comment}`, ...parameters.flatMap(({ name, type }) => [name, type])].join(
      '\0',
    )
  const [first, second] = [wordsOf(a), wordsOf(b)]
  return a.parameters.length - b.parameters.length || (first < second ? -1 : Number(first > second))
}

function notFound(call: Call, named: readonly Routine[], cache: SchemaCache): RestError {
  const { schema, name, keys, contentType } = call
  const list = shown(keys.join(', '))
  const without = ' without parameters'
  const message = isRaw(call) ? '' : keys.length > 0 ? `(${list})` : without
  const searched = keys.length > 0 ? ` with parameter${keys.length > 1 ? 's' : ''} ${list}` : without
  const whole = isRaw(call)
    ? ` with a single unnamed ${WHOLE.get(contentType)![0]} parameter`
    : `${searched}${call.isPost && contentType === 'application/json' ? ' or with a single unnamed json/jsonb parameter' : ''}`
  return new RestError(
    404,
    'PGRST202',
    `Could not find the function ${schema}.${name}${message} in the schema cache`,
    {
      details: `Searched for the function ${schema}.${name}${whole}, but no matches were found in the schema cache.`,
      hint: isRaw(call) ? null : hintOf(call, named, cache),
    },
  )
}

function hintOf({ schema, name, keys }: Call, named: readonly Routine[], cache: SchemaCache): string | null {
  const like = named.length > 0 ? likeParameters(keys, named) : likeName(schema, name, cache)
  if (like === null) return null
  const meant = named.length > 0 ? `${name}${like}` : like
  return `Perhaps you meant to call the function ${schema}.${meant}`
}

function likeName(schema: string, name: string, cache: SchemaCache): string | null {
  const names = [...cache.routines.values()].flat().filter((routine) => routine.schema === schema)
  return closest(
    name,
    names.map((routine) => routine.name),
    NAME_SCORE,
  )
}

function likeParameters(keys: readonly string[], named: readonly Routine[]): string | null {
  const listOf = (names: readonly string[]) => `(${[...names].sort().join(', ')})`
  const lists = named.map(({ parameters }) => listOf(parameters.map(({ name }) => name)))
  return closest(listOf(keys), lists, LOOSE_SCORE)
}
