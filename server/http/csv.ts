import { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { stringify } from 'csv-stringify/sync'
import { getRequestHeader, type H3Event, setResponseHeader } from 'h3'

// A few milliseconds of writing.
const ROWS_AT_ONCE = 500

/** True when the caller asks for a table instead of JSON. */
export function wantsCsv(event: H3Event): boolean {
  setResponseHeader(event, 'vary', 'accept')
  return /(^|,)\s*text\/csv\s*(;|,|$)/i.test(getRequestHeader(event, 'accept') ?? '')
}

/**
 * Rows as CSV (RFC 4180, UTF-8 with a mark, so that a spreadsheet reads its accents): the keys of the first are the
 * header. A text that a spreadsheet would take for a formula (names are written by others) gets a quote before it.
 */
export function csv(event: H3Event, fileName: string, columns: readonly string[], rows: object[]): Buffer {
  setHeaders(event, fileName)
  return Buffer.from(write(columns, rows))
}

/** The same, as long as it may be, written some rows at a time so that others are served between them. */
export function csvStream(
  event: H3Event,
  fileName: string,
  columns: readonly string[],
  rows: object[],
): Readable {
  setHeaders(event, fileName)
  return Readable.from(piecesOf(columns, rows))
}

async function* piecesOf(columns: readonly string[], rows: object[]): AsyncGenerator<string> {
  yield write(columns, rows.slice(0, ROWS_AT_ONCE))
  for (let i = ROWS_AT_ONCE; i < rows.length; i += ROWS_AT_ONCE) {
    await nextTurn()
    yield write(columns, rows.slice(i, i + ROWS_AT_ONCE), false)
  }
}

function setHeaders(event: H3Event, fileName: string): void {
  setResponseHeader(event, 'content-type', 'text/csv; charset=utf-8')
  setResponseHeader(event, 'content-disposition', `attachment; filename="${fileName}"`)
}

const write = (columns: readonly string[], rows: object[], isFirst = true): string =>
  stringify(rows, {
    header: isFirst,
    columns: [...columns],
    bom: isFirst,
    escape_formulas: true,
    record_delimiter: '\r\n',
  })
