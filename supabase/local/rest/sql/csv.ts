import { RestError } from '../error.ts'

const refuse = (message: string): never => {
  throw new RestError(400, 'PGRST102', message)
}

/**
 * Reads CSV (RFC 4180, any line ending) whose first line names the columns; blank lines are none.
 * @returns the names, and a JSON array of objects whose values are texts, or null where the text is `NULL`.
 * @throws RestError PGRST102
 */
export function readCsv(text: string): { keys: string[]; json: string } {
  const lines = linesOf(text.startsWith('\ufeff') ? text.slice(1) : text)
  const head = lines.next().value ?? refuse('parse error (not enough input)')
  const names = head.map((name) => JSON.stringify(name))
  const rows: string[] = []
  for (const line of lines) {
    if (line.length !== names.length) refuse('All lines must have same number of fields')
    rows.push(`{${line.map((field, i) => `${names[i]}:${fieldOf(field)}`).join(',')}}`)
  }
  return { keys: [...new Set(head)], json: `[${rows.join(',')}]` }
}

const fieldOf = (field: string) => (field === 'NULL' ? 'null' : JSON.stringify(field))

// A field in quotes, or up to a comma or a line's end; then what ends it.
const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y

function* linesOf(text: string): Generator<string[], undefined> {
  let line: string[] = []
  for (let at = 0; at < text.length || line.length > 0; ) {
    FIELD.lastIndex = at
    const found = FIELD.exec(text)
    if (!found) return refuse(`parse error (a quote where none may stand, at character ${at})`)
    at = FIELD.lastIndex
    line.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '')
    if (found[3] === ',') continue
    if (line.length > 1 || found[0] !== found[3]) yield line
    line = []
  }
}
