import { isUtf8 } from 'node:buffer'
import { RestError } from '../error.ts'

/** A parameter as it came: null is a name without `=`. */
export type Pair = readonly [key: string, value: string | null]

/** Percent signs that say no byte stay as they are, bytes that are no text become U+FFFD. */
export function decoded(text: string): string {
  const plain = text.includes('%') ? decodedBytes(text) : text
  if (!plain.includes('\0')) return plain
  // Postgres has no such character, and in the text of a statement it would end it.
  throw new RestError(400, '22021', 'invalid byte sequence for encoding "UTF8": 0x00')
}

function decodedBytes(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) =>
      Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8'),
    )
  }
}

/** An address as Node gives it has a character per byte: as UTF-8, where it is that. */
export function asUnicode(url: string): string {
  const bytes = Buffer.from(url, 'latin1')
  return isUtf8(bytes) && bytes.toString('latin1') === url ? bytes.toString('utf8') : url
}

const words = (text: string) => decoded(text.replaceAll('+', ' '))

/** The parameters of a query string in their order. As in PostgREST, `;` separates like `&`, and `+` is a blank. */
export function readPairs(query: string): Pair[] {
  return query
    .split(/[&;]/)
    .filter(Boolean)
    .map((pair) => {
      const at = pair.indexOf('=')
      return at < 0 ? [words(pair), null] : [words(pair.slice(0, at)), words(pair.slice(at + 1))]
    })
}
