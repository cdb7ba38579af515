import type { Condition } from './filters.ts'

const OPERATORS: Record<string, string> = {
  eq: '=',
  neq: '<>',
  lt: '<',
  lte: '<=',
  gt: '>',
  gte: '>=',
  like: 'like',
  ilike: 'ilike',
  match: '~',
  imatch: '~*',
  isdistinct: 'is distinct from',
}
/** Operators that take a pattern: a text, whatever the type of the column. */
export const TAKES_PATTERN = /^i?(like|match)$/

/**
 * A condition as SQL: true where it holds, never null.
 * @param type the column's type as SQL writes it. @param bind numbers a value.
 * @param value SQL of the value of the column, as text.
 */
export function toSql(
  { operator, values, isNot }: Condition,
  type: string,
  bind: (value: string) => string,
  value: string,
): string {
  const typed = (text: string) => `(${text}::text)::${type}`
  const given = () => `${bind(values[0]!)}::text`
  let sql: string
  if (operator === 'is')
    sql = values[0] === 'null' ? `${value}::text is null` : `${typed(value)} is ${values[0]}`
  else if (operator === 'in')
    sql = `${typed(value)} in (${values.map((item) => typed(bind(item))).join(', ')})`
  else if (TAKES_PATTERN.test(operator)) sql = `${typed(value)} ${OPERATORS[operator]} ${given()}`
  else sql = `${typed(value)} ${OPERATORS[operator]} ${typed(given())}`
  return `coalesce(${isNot ? `not (${sql})` : sql}, false)`
}

// Types whose text is equal exactly when the values are.
const PLAIN = /^(text|varchar|uuid|bool|int2|int4|int8)$/

const isCanonical = (type: string, value: string) =>
  type === 'bool'
    ? value === 't' || value === 'f'
    : type === 'uuid'
      ? /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)
      : /^(0|-?[1-9]\d{0,17})$/.test(value)

/**
 * Whether a value fulfils a condition, where its text tells; undefined where Postgres must be asked.
 * @param type built-in type of the column.
 */
export function decide(
  { operator, values, isNot }: Condition,
  type: string,
  text: string | null,
): boolean | undefined {
  if (operator === 'is' && values[0] === 'null') return (text === null) !== isNot
  if (!PLAIN.test(type) || !/^(eq|neq|in)$/.test(operator)) return undefined
  // Nothing is known of null, nor of its contrary.
  if (text === null) return false
  const isText = type === 'text' || type === 'varchar'
  if (!isText && values.some((value) => !isCanonical(type, value))) return undefined
  const isAmong = values.includes(text)
  return (operator === 'neq' ? !isAmong : isAmong) !== isNot
}
