import { Readable } from 'node:stream'
import { getRequestHeader, type H3Event, setResponseHeader } from 'h3'
import { wantsCsv } from '../http/csv.ts'
import { textoEpcis } from './epcis.ts'
import type { Exportacion } from './epcis-tipos.ts'
import { baseUrl } from './settings.ts'

export type Formato = 'json' | 'csv' | 'epcis'

/**
 * What an answer is written as: what the address asks (`?formato`), or what the caller accepts.
 * @param pedido of the query.
 */
export function formatoDe(event: H3Event, pedido: Formato | undefined): Formato {
  const esCsv = wantsCsv(event)
  if (pedido !== undefined) return pedido
  const accept = getRequestHeader(event, 'accept') ?? ''
  if (/(^|,)\s*application\/ld\+json\s*(;|,|$)/i.test(accept)) return 'epcis'
  return esCsv ? 'csv' : 'json'
}

/** Operations as an EPCIS 2.0 document, event by event. */
export function epcis(event: H3Event, fileName: string, exportacion: Exportacion): Readable {
  setResponseHeader(event, 'content-type', 'application/ld+json')
  setResponseHeader(event, 'content-disposition', `attachment; filename="${fileName}"`)
  return Readable.from(textoEpcis(exportacion, baseUrl(), new Date()))
}
