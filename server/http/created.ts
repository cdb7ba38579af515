import { type H3Event, setResponseHeader, setResponseStatus } from 'h3'
import type { Json } from '../db/types.ts'

/** The keys of a new row that its address is made of. */
interface Row {
  id: number
  codigo: string
}

/**
 * Answers 201 with what was created and its address.
 * @param location relative to the request's own address, so it holds under /functions/v1 as well.
 */
export function created(event: H3Event, cuerpo: Json, location: (row: Row) => string, status = 201): Json {
  setResponseStatus(event, status)
  setResponseHeader(event, 'location', location(JSON.parse(cuerpo)))
  return cuerpo
}
