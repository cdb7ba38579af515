import { TITLES } from '../http/catalogue.ts'
import type { Answer, Operation } from '../http/operation.ts'
import { described, describeFields, type Words } from './describe.ts'
import { EJEMPLOS, type Ejemplo, parametrosDe } from './ejemplos.ts'
import { REQUEST_HEADERS, RESPONSE_HEADERS } from './headers.ts'
import { components, inline, type Json, reference } from './json-schema.ts'
import { OPERATIONS } from './operations.ts'

const PATH_PARAMETERS: Record<string, string> = {
  id: 'Id numérico o código del contrato: CT-2025-00014, o CT-2025-AGRO-00014 donde cada exportadora tiene su serie.',
  documento: 'Id del documento.',
  calculo: 'Id del cálculo.',
  codigo: 'Código del contrato: CT-2025-00014.',
  empresa: 'Id de la empresa.',
  fijacion: 'Id de la fijación.',
  enmienda: 'Número de la enmienda en su contrato.',
  invitacion: 'Id de la invitación.',
  relacion: 'Id de la relación.',
  parametro: 'Id del parámetro.',
  pendiente: 'Id del precio pendiente.',
  precio: 'Id del precio.',
  sha256: 'Huella SHA-256 del archivo, en hexadecimal.',
  testigo: 'Id de la dirección pública; en `/v`, los 22 caracteres del QR.',
  token: 'El que dio Firebase.',
  usuario: 'Id de la persona.',
  lote: 'De un contrato, el id numérico o el código del lote: LT-0001. Del grafo, su id o su código: LO-2026-000123.',
  operacion: 'Id de la operación.',
}

const text = { type: 'string' }

function parameters(operation: Operation, words: Words): Json[] {
  const inPath = [...operation.path.matchAll(/{(\w+)}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    description: PATH_PARAMETERS[name!],
    schema: text,
  }))
  const { properties = {}, required = [] } = (operation.query ? inline(operation.query) : {}) as {
    properties?: Record<string, Json>
    required?: string[]
  }
  const inQuery = Object.entries(properties).map(([name, { description, ...schema }]) =>
    described(
      name,
      { name, in: 'query', required: required.includes(name), description, schema },
      [operation.id],
      words,
    ),
  )
  const inHeader = (operation.headers ?? []).map((name) => ({
    name,
    in: 'header',
    description: REQUEST_HEADERS[name],
    schema: text,
  }))
  const ejemplo = EJEMPLOS[operation.id]
  const values = ejemplo ? { ...parametrosDe(ejemplo, operation.path), ...ejemplo.cabeceras } : {}
  return [...inPath, ...inQuery, ...inHeader].map((parameter) => {
    const example = values[String(parameter.name)]
    return example === undefined ? parameter : { ...parameter, example }
  })
}

const headersOf = (headers: readonly string[], { devueltas }: Partial<Ejemplo> = {}): Json =>
  Object.fromEntries(
    headers.map((name) => {
      const example = devueltas?.[name]
      return [name, { description: RESPONSE_HEADERS[name], schema: text, ...(example && { example }) }]
    }),
  )

/** What an example shows, where there is one: `example` of a media type. */
const exampleOf = (value: unknown) => (value === undefined ? {} : { example: value })

function response(status: number, answer: Answer, { id }: Operation, words: Words): Json {
  const { description, body, headers, isCsvToo, isEpcisToo } = answer
  // The one that the operation gave; its other answers have none.
  const ejemplo = EJEMPLOS[id]?.status === status ? EJEMPLOS[id] : undefined
  const content =
    body === 'html'
      ? { 'text/html': { schema: text } }
      : body === 'binary'
        ? { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } }
        : body && {
            'application/json': {
              schema: describeFields(reference(body), [id], words),
              ...exampleOf(ejemplo?.respuesta),
            },
            ...(isCsvToo && { 'text/csv': { schema: text } }),
            ...(isEpcisToo && { 'application/ld+json': { schema: { type: 'object' } } }),
          }
  return {
    description,
    ...(headers && { headers: headersOf(headers, ejemplo) }),
    ...(content && { content }),
  }
}

const PROBLEM_HEADERS: Record<number, readonly string[]> = {
  429: ['Retry-After', 'RateLimit', 'RateLimit-Policy'],
  503: ['Retry-After'],
}

const problemResponse = (status: number): Json => ({
  description: TITLES[status],
  ...(PROBLEM_HEADERS[status] && { headers: headersOf(PROBLEM_HEADERS[status]) }),
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problema' } } },
})

function describe(operation: Operation, words: Words): Json {
  const { body, isPublic, isSessionOptional } = operation
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    ...(operation.description && { description: operation.description }),
    ...(isPublic && { security: [] }),
    ...(isSessionOptional && { security: [{}, { sesion: [] }] }),
    parameters: parameters(operation, words),
    ...(body && {
      requestBody: {
        required: true,
        content: {
          [body.type]: {
            schema: describeFields(reference(body.schema), [operation.id], words),
            ...exampleOf(EJEMPLOS[operation.id]?.cuerpo),
          },
        },
      },
    }),
    responses: {
      ...Object.fromEntries(operation.problems.map((status) => [status, problemResponse(status)])),
      ...Object.fromEntries(
        Object.entries(operation.answers).map(([status, answer]) => [
          status,
          response(Number(status), answer, operation, words),
        ]),
      ),
    },
  }
}

/**
 * The OpenAPI 3.1 document of the functions, built from the schemas that check them.
 * @param words is told which fields nobody describes.
 */
export function openApiDocument(words: Words = { used: new Set(), missing: [] }): Json {
  const paths: Record<string, Json> = {}
  for (const operation of OPERATIONS) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation, words) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Triboka: contratos y documentos',
      version: '1.0.0',
      description: 'Las funciones del backend de Triboka. Las mismas rutas responden bajo /functions/v1.',
    },
    servers: [{ url: '.', description: 'Donde está este documento.' }],
    security: [{ sesion: [] }],
    tags: [
      'Contratos',
      'Documentos',
      'Lotes',
      'Trazabilidad',
      'Fijaciones',
      'Evidencia',
      'Indicadores',
      'Mensajes',
      'Calculadora',
      'Notificaciones',
      'Personas',
      'Parámetros',
      'Precios',
      'Salud',
    ].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        sesion: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'Token de acceso de Supabase Auth.',
        },
      },
      schemas: Object.fromEntries(
        Object.entries(components()).map(([name, schema]) => [name, describeFields(schema, [name], words)]),
      ),
    },
  }
}
