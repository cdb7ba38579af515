// The one place where a name or a text of a client becomes SQL. Whatever else goes in is a parameter.
import type { Name } from '../cache/types.ts'

/** What Postgres cannot hold ends the text, as it does in libpq. */
const beforeNull = (text: string): string => {
  const end = text.indexOf('\0')
  return end < 0 ? text : text.slice(0, end)
}

/** `"a ""quoted"" name"`. */
export function identifier(name: string): string {
  return `"${beforeNull(name).replaceAll('"', '""')}"`
}

/** `"schema"."name"`. */
export function qualified({ schema, name }: Name): string {
  return `${identifier(schema)}.${identifier(name)}`
}

/** `'a text'`, whatever standard_conforming_strings says. */
export function literal(text: string): string {
  const quoted = `'${beforeNull(text).replaceAll("'", "''")}'`
  return quoted.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted
}

/** The text of an array whose elements are texts: `{"a","b"}`, so that Postgres may infer its type. */
export function arrayText(elements: readonly string[]): string {
  const quoted = elements.map((element) => `"${beforeNull(element).replace(/["\\]/g, '\\$&')}"`)
  return `{${quoted.join(',')}}`
}

/** The parameters of a statement that is being written. */
export interface Values {
  list: unknown[]
  /** Takes a value and gives its `$n`: of the type that Postgres infers from where it stands, or of the one named. */
  add: (value: string | Buffer | null, type?: string) => string
}

export function createValues(): Values {
  const list: unknown[] = []
  const add: Values['add'] = (value, type) => {
    const n = list.push(typeof value === 'string' ? beforeNull(value) : value)
    return type === undefined ? `$${n}` : `$${n}::${type}`
  }
  return { list, add }
}

const MAX_NAME_BYTES = 63

/** An alias of `name` and a suffix that Postgres does not cut: cut, two of them could become one. */
export function aliasOf(name: string, suffix: string): string {
  const characters = Array.from(beforeNull(name).slice(0, MAX_NAME_BYTES))
  while (Buffer.byteLength(characters.join('') + suffix) > MAX_NAME_BYTES) characters.pop()
  return characters.join('') + suffix
}
