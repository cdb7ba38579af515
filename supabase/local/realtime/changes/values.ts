import { parse as parseArray } from 'postgres-array'

const NUMBERS = /^(int2|int4|int8|numeric|float4|float8)$/
const JSON_NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/

/** `2026-11-23 00:41:00.5+00` → `2026-11-23T00:41:00.5+00:00` */
const timestamp = (text: string): string => text.replace(' ', 'T').replace(/([+-]\d\d)(?= BC$|$)/, '$1:00')

function elements(items: unknown[], type: string): string {
  const texts = items.map((item) =>
    Array.isArray(item) ? elements(item, type) : toJson(item as string | null, type),
  )
  return `[${texts.join(',')}]`
}

/**
 * A value of Postgres, given as text, as the JSON that to_jsonb makes of it; numbers keep their digits.
 * @param type built-in type, `_` before it for an array: `int8`, `_text`; any other is text.
 */
export function toJson(text: string | null, type: string): string {
  if (text === null) return 'null'
  if (NUMBERS.test(type)) return JSON_NUMBER.test(text) ? text : JSON.stringify(text)
  if (type === 'bool') return text === 't' ? 'true' : 'false'
  if (type === 'json' || type === 'jsonb') return text
  if (type === 'timestamp' || type === 'timestamptz') return JSON.stringify(timestamp(text))
  // Elements of a box stand between semicolons; to_jsonb makes texts of them, and nobody compares boxes.
  if (type.startsWith('_') && type !== '_box' && /^[{[]/.test(text))
    return elements(parseArray(text, (item) => item) as unknown[], type.slice(1))
  return JSON.stringify(text)
}
