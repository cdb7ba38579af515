import { toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema'
import type { GenericSchema } from 'valibot'
import {
  ContratoResumenSchema,
  ContratoSchema,
  EdicionContratoSchema,
  NuevoContratoSchema,
  PaginaContratosSchema,
} from '../schemas/contratos.ts'
import { DocumentoSchema, FormularioDocumentoSchema, PaginaDocumentosSchema } from '../schemas/documentos.ts'
import { EdicionLoteSchema, LoteSchema, NuevoLoteSchema } from '../schemas/lotes.ts'
import { NuevoParametroSchema, ParametroSchema } from '../schemas/parametros.ts'
import { EmpresaSchema, PerfilSchema, UsuarioSchema } from '../schemas/personas.ts'
import { InformeSchema, NuevoPrecioSchema, PrecioSchema } from '../schemas/precios.ts'
import { ProblemaSchema, SaludSchema } from '../schemas/respuestas.ts'
import { TITLES } from '../utils/catalogue.ts'
import type { Answer, Operation, RequestHeader } from './operation.ts'
import { OPERATIONS } from './operations.ts'

const NAMED: Record<string, GenericSchema> = {
  Contrato: ContratoSchema,
  ContratoResumen: ContratoResumenSchema,
  PaginaContratos: PaginaContratosSchema,
  NuevoContrato: NuevoContratoSchema,
  EdicionContrato: EdicionContratoSchema,
  Documento: DocumentoSchema,
  PaginaDocumentos: PaginaDocumentosSchema,
  FormularioDocumento: FormularioDocumentoSchema,
  Lote: LoteSchema,
  NuevoLote: NuevoLoteSchema,
  EdicionLote: EdicionLoteSchema,
  Empresa: EmpresaSchema,
  Perfil: PerfilSchema,
  Usuario: UsuarioSchema,
  Parametro: ParametroSchema,
  NuevoParametro: NuevoParametroSchema,
  Precio: PrecioSchema,
  NuevoPrecio: NuevoPrecioSchema,
  InformePrecios: InformeSchema,
  Salud: SaludSchema,
  Problema: ProblemaSchema,
}

const CONFIG = {
  target: 'draft-2020-12',
  // What a caller writes: before trimming and turning numbers into text.
  typeMode: 'input',
  // Checks written as functions (a date of the calendar) have no JSON Schema; their messages say them.
  errorMode: 'ignore',
  overrideRef: ({ referenceId }: { referenceId: string }) => `#/components/schemas/${referenceId}`,
} as const

const PATH_PARAMETERS: Record<string, string> = {
  id: 'Id numérico o código del contrato: CT-2025-00014.',
  documento: 'Id del documento.',
  empresa: 'Id de la empresa.',
  invitacion: 'Id de la invitación.',
  parametro: 'Id del parámetro.',
  pendiente: 'Id del precio pendiente.',
  precio: 'Id del precio.',
  token: 'El que dio Firebase.',
  usuario: 'Id de la persona.',
  lote: 'Id numérico o código del lote: LT-0001.',
}

const REQUEST_HEADERS: Record<RequestHeader, string> = {
  'Idempotency-Key':
    'De 1 a 255 caracteres ASCII visibles: repetir la petición con la misma clave, en 24 h, da la primera respuesta.',
  'If-Match': 'El ETag leído: si el contrato cambió, 412.',
  'If-None-Match': 'El ETag que ya tiene: si es el mismo, 304.',
  Range: 'Bytes del archivo: bytes=0-1023.',
}

const RESPONSE_HEADERS: Record<string, string> = {
  ETag: 'Versión de la respuesta.',
  Location: 'Dirección de lo creado, relativa a la de la petición.',
  'Content-Disposition': 'Nombre del archivo.',
  'Content-Range': 'Qué bytes son, de cuántos.',
}

type Json = Record<string, unknown>

const withoutDialect = ({ $schema: _, ...schema }: Json): Json => schema
const inline = (schema: GenericSchema) => withoutDialect(toJsonSchema(schema, CONFIG) as Json)

function reference(schema: GenericSchema): Json {
  const name = Object.keys(NAMED).find((key) => NAMED[key] === schema)
  return name ? { $ref: `#/components/schemas/${name}` } : inline(schema)
}

const text = { type: 'string' }

function parameters(operation: Operation): Json[] {
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
  const inQuery = Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    description,
    schema,
  }))
  const inHeader = (operation.headers ?? []).map((name) => ({
    name,
    in: 'header',
    description: REQUEST_HEADERS[name],
    schema: text,
  }))
  return [...inPath, ...inQuery, ...inHeader]
}

function response({ description, body, headers }: Answer): Json {
  const content =
    body === 'binary'
      ? { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } }
      : body && { 'application/json': { schema: reference(body) } }
  const described = headers?.map((name) => [name, { description: RESPONSE_HEADERS[name], schema: text }])
  return {
    description,
    ...(described && { headers: Object.fromEntries(described) }),
    ...(content && { content }),
  }
}

const problemResponse = (status: number): Json => ({
  description: TITLES[status],
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problema' } } },
})

function describe(operation: Operation): Json {
  const { body, isPublic } = operation
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    ...(operation.description && { description: operation.description }),
    ...(isPublic && { security: [] }),
    parameters: parameters(operation),
    ...(body && {
      requestBody: { required: true, content: { [body.type]: { schema: reference(body.schema) } } },
    }),
    responses: {
      ...Object.fromEntries(operation.problems.map((status) => [status, problemResponse(status)])),
      ...Object.fromEntries(
        Object.entries(operation.answers).map(([status, answer]) => [status, response(answer)]),
      ),
    },
  }
}

/** The OpenAPI 3.1 document of the functions, built from the schemas that check them. */
export function openApiDocument(): Json {
  const paths: Record<string, Json> = {}
  for (const operation of OPERATIONS) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation) }
  }
  const schemas = toJsonSchemaDefs(NAMED, CONFIG) as Record<string, Json>
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
      'Mensajes',
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
        Object.entries(schemas).map(([name, schema]) => [name, withoutDialect(schema)]),
      ),
    },
  }
}
