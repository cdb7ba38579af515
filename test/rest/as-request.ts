// A statement of the matrix (test/database/matrix.ts) as an app makes it: a request.

export interface AsRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  body: string | null
}

type Value = string | number | null

const NAME = '[a-z_]+'
const SELECT = new RegExp(`^select (.+) from public\\.(${NAME}) where (.+)$`, 's')
const INSERT = new RegExp(
  `^insert into public\\.(${NAME}) \\(([^)]+)\\)\\s+values \\((.*)\\)( returning id)?$`,
  's',
)
const UPDATE = new RegExp(`^update public\\.(${NAME}) set (${NAME}) = (.+?)(?: where (.+))?$`, 's')
const DELETE = new RegExp(`^delete from public\\.(${NAME})(?: where (.+))?$`, 's')

/** `'a'`, `$1`, `7.5`, `null`, or some of them joined by `||`. */
function given(sql: string, params: readonly unknown[]): Value {
  const parts = sql.split('||').map((part) => {
    const text = part.trim()
    if (text.startsWith("'")) return text.slice(1, -1)
    if (text.startsWith('$')) return params[Number(text.slice(1)) - 1] as Value
    if (text === 'null') return null
    if (/^-?[\d.]+$/.test(text)) return Number(text)
    throw new Error(`no value: ${text}`)
  })
  return parts.length === 1 ? parts[0]! : parts.join('')
}

/** JSON in a text of SQL is JSON in a body. */
const inBody = (value: Value): unknown =>
  typeof value === 'string' && value.startsWith('{') ? JSON.parse(value) : value

function filters(where: string | undefined, params: readonly unknown[]): string[] {
  if (!where) return []
  return where.split(' and ').map((term) => {
    const isNull = new RegExp(`^(${NAME}) is null$`).exec(term)
    if (isNull) return `${isNull[1]}=is.null`
    const equal = new RegExp(`^(${NAME}) = (.+)$`, 's').exec(term)
    if (!equal) throw new Error(`no filter: ${term}`)
    return `${equal[1]}=eq.${encodeURIComponent(String(given(equal[2]!, params)))}`
  })
}

const pathOf = (table: string, query: string[]) => [`/${table}`, query.join('&')].filter(Boolean).join('?')

/** @throws Error of what is no request: a statement that no app can send. */
export function asRequest(sql: string, params: readonly unknown[] = []): AsRequest {
  const selected = SELECT.exec(sql)
  if (selected) {
    const [, columns, table, where] = selected
    const query = [`select=${columns!.replaceAll(' ', '')}`, ...filters(where, params)]
    return { method: 'GET', path: pathOf(table!, query), body: null }
  }
  const inserted = INSERT.exec(sql)
  if (inserted) {
    const [, table, columns, values] = inserted
    const parts = values!.match(/'[^']*'(\s*\|\|\s*\$\d)?|[^,\s]+/g)!
    const row = columns!.split(',').map((name, i) => [name.trim(), inBody(given(parts[i]!, params))])
    return { method: 'POST', path: `/${table}`, body: JSON.stringify(Object.fromEntries(row)) }
  }
  const updated = UPDATE.exec(sql)
  if (updated) {
    const [, table, column, value, where] = updated
    const body = JSON.stringify({ [column!]: inBody(given(value!, params)) })
    return { method: 'PATCH', path: pathOf(table!, filters(where, params)), body }
  }
  const deleted = DELETE.exec(sql)
  if (!deleted) throw new Error(`no request: ${sql}`)
  return { method: 'DELETE', path: pathOf(deleted[1]!, filters(deleted[2], params)), body: null }
}
