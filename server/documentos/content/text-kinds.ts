/**
 * Whether a text is XML. One that declares a DOCTYPE is told apart: no paper of the trade has it, and its entities make
 * readers fetch files or fill their memory. Pages (HTML, SVG) are none.
 */
export function xmlOf(text: string): 'xml' | 'doctype' | undefined {
  const start = text.trimStart()
  const prolog = /^(\s*(<\?[^>]*\?>|<!--.*?-->))*\s*/s.exec(start)![0]
  const rest = start.slice(prolog.length)
  if (/^<!doctype\s+html/i.test(rest)) return undefined
  if (/^<!doctype/i.test(rest)) return 'doctype'
  const root = /^<(?:[\w.-]+:)?([\p{L}_][\p{L}\p{N}_.-]*)[\s/>]/u.exec(rest)?.[1]
  if (root !== undefined) return /^(html|svg|script)$/i.test(root) ? undefined : 'xml'
  // A comment longer than the sample.
  return start.startsWith('<?xml') && /^(<!--.*)?$/s.test(rest) ? 'xml' : undefined
}

/**
 * Whether a text is a table: some separator gives lines that follow each other the same number of columns, two or
 * more. Above them may stand what a meter or Excel writes: titles, `sep=;`. A table of one column is a name and, below
 * it, nothing but figures or codes.
 * @param isCut the last line is not whole.
 */
export function looksLikeCsv(text: string, isCut: boolean): boolean {
  if (/^\s*[<{[]/.test(text)) return false
  const lines = withoutQuoted(text).split(/\r\n|\n|\r/)
  if (isCut) lines.pop()
  const full = lines.filter((line) => line.trim() !== '')
  if (full.length === 0) return false
  if (/^"?sep=[^\p{L}\p{N}]"?$/iu.test(full[0]!)) return full.length > 1
  return [',', ';', '\t', '|'].some((separator) => isTable(full, separator)) || isColumn(full)
}

function isTable(lines: string[], separator: string): boolean {
  const columns = lines.map((line) => line.split(separator).length)
  return columns.some((n, i) => n > 1 && (n === columns[i + 1] || columns.length === 1))
}

function isColumn([header, ...values]: string[]): boolean {
  const isFigure = (value: string) => /\d/.test(value) && !/\s/.test(value)
  return (
    /^[\p{L}%][^\d,;|\t]*$/u.test(header!) &&
    values.length > 0 &&
    values.every((value) => isFigure(value.trim()))
  )
}

const withoutQuoted = (text: string) => text.replace(/"(?:[^"]|"")*"/g, '""')

/** Whether a text begins as the plots of an EUDR statement do: a collection of features, a feature or a geometry. */
export const looksLikeGeoJson = (text: string) =>
  /^\s*\{/.test(text) &&
  /"type"\s*:\s*"(FeatureCollection|Feature|GeometryCollection|(Multi)?(Point|LineString|Polygon))"/.test(
    text,
  )

const MAIL_HEADER =
  /^(received|from|to|cc|subject|date|message-id|mime-version|return-path|delivered-to|content-type|reply-to|x-[\w-]+):/i

/** Whether a text begins with the head of a mail (EML). */
export function looksLikeMail(text: string): boolean {
  const head = text.trimStart().split(/\r?\n\r?\n/, 1)[0]!
  const names = new Set(
    head.split(/\r?\n/).flatMap((line) => MAIL_HEADER.exec(line)?.[1]?.toLowerCase() ?? []),
  )
  return names.size >= 3 && ['from', 'received', 'mime-version'].some((name) => names.has(name))
}
