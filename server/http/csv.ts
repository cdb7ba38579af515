import { stringify } from 'csv-stringify/sync'
import { getRequestHeader, type H3Event, setResponseHeader } from 'h3'

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
  setResponseHeader(event, 'content-type', 'text/csv; charset=utf-8')
  setResponseHeader(event, 'content-disposition', `attachment; filename="${fileName}"`)
  const text = stringify(rows, {
    header: true,
    columns: [...columns],
    bom: true,
    escape_formulas: true,
    record_delimiter: '\r\n',
  })
  return Buffer.from(text)
}
