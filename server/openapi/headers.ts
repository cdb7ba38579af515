import type { RequestHeader } from '../http/operation.ts'

/** What each header of a request is for. */
export const REQUEST_HEADERS: Record<RequestHeader, string> = {
  'Idempotency-Key':
    'De 1 a 255 caracteres ASCII visibles: repetir la petición con la misma clave, en 24 h, da la primera respuesta.',
  'If-Match': 'El ETag leído: si el contrato cambió, 412.',
  'If-None-Match': 'El ETag que ya tiene: si es el mismo, 304.',
  Range: 'Bytes del archivo: bytes=0-1023.',
}

/** And each of an answer. */
export const RESPONSE_HEADERS: Record<string, string> = {
  ETag: 'Versión de la respuesta.',
  Location: 'Dirección de lo creado, relativa a la de la petición.',
  'Content-Disposition': 'Nombre del archivo.',
  'Content-Range': 'Qué bytes son, de cuántos.',
  'Retry-After': 'Segundos que esperar.',
  RateLimit:
    'De cada límite, cuánto queda y en cuántos segundos vuelve a estar entero: "escrituras";r=599;t=60.',
  'RateLimit-Policy': 'Cada límite, y en cuántos segundos: "escrituras";q=600;w=60.',
}
