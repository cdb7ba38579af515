import type { GenericSchema } from 'valibot'

/** Headers of a request that an operation heeds. */
export type RequestHeader = 'Idempotency-Key' | 'If-Match' | 'If-None-Match' | 'Range'

export interface Answer {
  description: string
  /** JSON of this shape; `binary` is the file itself, `html` a page; nothing is an answer without a body. */
  body?: GenericSchema | 'binary' | 'html'
  /** Also as text/csv, for who accepts it. */
  isCsvToo?: boolean
  /** Also as EPCIS 2.0 (application/ld+json). */
  isEpcisToo?: boolean
  headers?: readonly string[]
}

/** One endpoint, as /openapi.json tells it. */
export interface Operation {
  method: 'get' | 'post' | 'put' | 'delete'
  path: string
  id: string
  tag:
    | 'Contratos'
    | 'Enmiendas'
    | 'Documentos'
    | 'Lotes'
    | 'Trazabilidad'
    | 'Fijaciones'
    | 'Evidencia'
    | 'Indicadores'
    | 'Mensajes'
    | 'Calculadora'
    | 'Notificaciones'
    | 'Personas'
    | 'Relaciones'
    | 'Parámetros'
    | 'Precios'
    | 'Salud'
  summary: string
  description?: string
  /** Answers without a session. */
  isPublic?: boolean
  /** Answers without a session too, and more with one. */
  isSessionOptional?: boolean
  query?: GenericSchema
  body?: { schema: GenericSchema; type: 'application/json' | 'multipart/form-data' | 'text/csv' }
  headers?: readonly RequestHeader[]
  answers: Record<number, Answer>
  /** Statuses of the problems it may answer. */
  problems: readonly number[]
}

/** Statuses that any request may be answered with. */
export const FAILURES = [401, 403, 429, 503] as const
/** Those of any request with a JSON body. */
export const WRITE_FAILURES = [400, ...FAILURES, 408, 409, 413, 415, 422] as const

export const json = (schema: GenericSchema) => ({ schema, type: 'application/json' }) as const
