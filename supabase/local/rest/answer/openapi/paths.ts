import type { Routine, Table } from '../../cache/types.ts'
import { argumentsSchema, type Json, queryParameter } from './schemas.ts'

const ref = (name: string) => ({ $ref: `#/parameters/${name}` })
const said = (description: string) => ({ description })

export const OBJECT = [
  'application/json',
  'application/vnd.pgrst.object+json;nulls=stripped',
  'application/vnd.pgrst.object+json',
]

/** The first line of a comment is a title, what follows it the text. */
export function titleAndText(comment: string | null): { title?: string; text?: string } {
  if (comment === null) return {}
  const end = comment.indexOf('\n')
  if (end < 0) return { title: comment }
  return { title: comment.slice(0, end), text: comment.slice(end).replace(/^\n+/, '') || undefined }
}

export const ROOT: Json = {
  get: {
    tags: ['Introspection'],
    summary: 'OpenAPI description (this document)',
    produces: ['application/openapi+json', 'application/json'],
    responses: { 200: said('OK') },
  },
}

export function tablePath(table: Table): Json {
  const { title: summary, text: description } = titleAndText(table.comment)
  const common = { tags: [table.name], summary, description }
  const filters = [...table.columns.keys()].map((column) => ref(`rowFilter.${table.name}.${column}`))
  const body = ref(`body.${table.name}`)
  const shape = ['select', 'order', 'range', 'rangeUnit', 'offset', 'limit', 'preferCount'].map(ref)
  const rows = { type: 'array', items: { $ref: `#/definitions/${table.name}` } }
  const get = {
    ...common,
    parameters: [...filters, ...shape],
    responses: { 200: { ...said('OK'), schema: rows }, 206: said('Partial Content') },
  }
  if (!table.insertable && !table.updatable && !table.deletable) return { get }
  return {
    get,
    post: {
      ...common,
      parameters: [body, ref('select'), ref('preferPost')],
      responses: { 201: said('Created') },
    },
    patch: {
      ...common,
      parameters: [...filters, body, ref('preferReturn')],
      responses: { 204: said('No Content') },
    },
    delete: {
      ...common,
      parameters: [...filters, ref('preferReturn')],
      responses: { 204: said('No Content') },
    },
  }
}

export function routinePath(routine: Routine): Json {
  const { title: summary, text: description } = titleAndText(routine.comment)
  const common = {
    tags: [`(rpc) ${routine.name}`],
    summary,
    description,
    produces: OBJECT,
    responses: { 200: said('OK') },
  }
  const post = {
    ...common,
    parameters: [
      { name: 'args', in: 'body', required: true, schema: argumentsSchema(routine) },
      ref('preferParams'),
    ],
  }
  if (routine.volatility === 'volatile') return { post }
  const parameters = routine.parameters.map(queryParameter)
  return { get: { ...common, parameters: parameters.length > 0 ? parameters : undefined }, post }
}
