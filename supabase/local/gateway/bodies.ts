import type { H3Event } from 'h3'
import { type JsonBounds, passedBound, SMALL_JSON } from '../../../server/http/json-bounds.ts'
import { readMediaType } from '../rest/request/media-type.ts'
import { isBodiless, readBody } from './web.ts'

/** What a service takes of a body, before anything parses it. */
export interface BodyRules {
  /** Bytes. */
  size: number
  json: JsonBounds
  /** Rows of a body of CSV. */
  rows?: number
}

/** Auth takes forms of a few fields, and what an app keeps of its user: that travels in every token. */
export const AUTH_BODY: BodyRules = { size: 64 * 1024, json: SMALL_JSON }

const REST_VALUES = 200_000
const REST_DEPTH = 64

/** @param rows of one request, to write as to read: `api.max_rows`. */
export const restBody = (size: number, rows: number): BodyRules => ({
  size,
  json: { depth: REST_DEPTH, values: REST_VALUES, items: rows },
  rows,
})

/** A body that a service does not take; `detail` is for a person. */
export class BodyError extends Error {
  override name = 'BodyError'
  status: 400 | 413
  key: 'cuerpo_demasiado_grande' | 'json_invalido' | 'demasiadas_filas'
  constructor(status: BodyError['status'], key: BodyError['key'], detail: string) {
    super(detail)
    this.status = status
    this.key = key
  }
}

// The words of privado.limitar_filas(), which says the same where another gateway stands before it.
const tooManyRows = () =>
  new BodyError(413, 'demasiadas_filas', 'Una petición escribe demasiadas filas: envíe varias.')

const [LINE, RETURN] = [0x0a, 0x0d]
const QUOTE = 0x22

/** Lines end as REST reads them (rest/sql/csv.ts): by one of both, or by both. */
function rowsOf(csv: Buffer): number {
  let rows = 0
  let isText = false
  for (let at = 0; at < csv.length; at++) {
    const byte = csv[at]
    if (byte === QUOTE) isText = !isText
    else if (!isText && (byte === LINE || (byte === RETURN && csv[at + 1] !== LINE))) rows++
  }
  const last = csv.at(-1)
  // The first line names the columns; the last may have no end.
  return last === LINE || last === RETURN ? rows - 1 : rows
}

/**
 * Reads the body of a request to its end.
 * @returns undefined where its method has none.
 * @throws BodyError for one that is too large, too deep or too much.
 */
export async function readBounded(
  event: H3Event,
  { size, json, rows }: BodyRules,
): Promise<Buffer | undefined> {
  if (isBodiless(event)) return undefined
  const body = await readBody(event, size)
  if (body === null)
    throw new BodyError(413, 'cuerpo_demasiado_grande', `El cuerpo pasa de ${Math.floor(size / 1024)} KiB.`)
  const type = event.node.req.headers['content-type'] ?? ''
  // What REST reads as CSV, whatever stands behind it.
  const isCsv = rows !== undefined && readMediaType(type).type === 'text/csv'
  if (isCsv && rowsOf(body) > rows) throw tooManyRows()
  // Nothing but that: a server that looks for JSON anywhere in the header would find it there.
  if (isCsv && /^text\/csv\s*(;\s*charset=[\w-]+\s*)?$/i.test(type)) return body
  // Whatever it says that it is: a server may parse it all the same.
  const passed = passedBound(body, json)
  if (passed === 'items') throw tooManyRows()
  if (passed === 'depth') throw new BodyError(400, 'json_invalido', `El JSON pasa de ${json.depth} niveles.`)
  if (passed === 'values')
    throw new BodyError(413, 'cuerpo_demasiado_grande', `El JSON pasa de ${json.values} valores.`)
  return body
}
