import { ChangesError } from './errors.ts'

/** One condition on a column: `not.` before it, and the values it compares with. */
export interface Condition {
  column: string
  isNot: boolean
  operator: string
  values: string[]
}

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
const ARE_TEXT = /^(i?like|i?match)$/
const IS = /^(not_)?(null|true|false|unknown)$/
const IN_AT_MOST = 100

/** Parts of a text between commas that are neither quoted nor in parentheses. */
function split(text: string): string[] {
  const parts: string[] = []
  let [part, depth, isQuoted] = ['', 0, false]
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!
    if (isQuoted && character === '\\') part += character + (text[++at] ?? '')
    else {
      if (character === '"') isQuoted = !isQuoted
      else if (!isQuoted && character === '(') depth++
      else if (!isQuoted && character === ')') depth--
      if (character === ',' && !isQuoted && depth === 0) {
        parts.push(part)
        part = ''
      } else part += character
    }
  }
  return [...parts, part]
}

const unquote = (text: string) =>
  text.length > 1 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1).replace(/\\(.)/g, '$1')
    : text

/** Reads `column=operator.value,column=not.operator.value`. @throws ChangesError */
export function parseFilter(filter: string): Condition[] {
  return split(filter).map((part) => {
    const [, column, not, operator, value] = /^([^=]+)=(not\.)?([a-z]+)\.(.*)$/s.exec(part.trim()) ?? []
    if (!column || !operator || value === undefined)
      throw new ChangesError(`Error parsing \`filter\` params: ["${part}"]`)
    const condition = { column: unquote(column.trim()), isNot: not !== undefined, operator }
    if (operator === 'in') {
      const list = /^\((.*)\)$/s.exec(value)?.[1]
      const values = list === undefined ? [] : split(list).map((item) => unquote(item.trim()))
      if (list === undefined || values.length > IN_AT_MOST)
        throw new ChangesError(`Error parsing \`filter\` params: ["${part}"]`)
      return { ...condition, values }
    }
    if (operator === 'is') {
      if (!IS.test(value)) throw new ChangesError(`Error parsing \`filter\` params: ["${part}"]`)
      return { ...condition, values: [value] }
    }
    if (!(operator in OPERATORS)) throw new ChangesError(`Error parsing \`filter\` params: ["${part}"]`)
    return { ...condition, values: [unquote(value)] }
  })
}

/**
 * A condition as SQL on `$n::text`, which is the value that the change tells.
 * @param type the column's type as SQL writes it. @param bind numbers a value.
 */
export function toSql(
  { operator, values, isNot }: Condition,
  type: string,
  bind: (value: string) => string,
  value: string,
): string {
  const typed = (text: string) => `(${text}::text)::${type}`
  let sql: string
  if (operator === 'is') {
    const [, not, what] = IS.exec(values[0]!)!
    const left = what === 'null' ? `${value}::text` : `(${value}::text)::bool`
    sql = `${left} is ${not ? 'not ' : ''}${what}`
  } else if (operator === 'in') {
    sql = values.length
      ? `${typed(value)} in (${values.map((item) => typed(bind(item))).join(', ')})`
      : 'false'
  } else if (ARE_TEXT.test(operator)) {
    sql = `${value}::text ${OPERATORS[operator]} ${bind(values[0]!)}::text`
  } else sql = `${typed(value)} ${OPERATORS[operator]} ${typed(bind(values[0]!))}`
  return `coalesce(${isNot ? `not (${sql})` : sql}, false)`
}

// Types whose text is equal exactly when the values are.
const PLAIN = /^(text|varchar|uuid|bool|int2|int4|int8)$/

/** Whether a value fulfils a condition, where its text tells; undefined where Postgres must be asked. */
export function decide(
  { operator, values, isNot }: Condition,
  type: string,
  text: string | null,
): boolean | undefined {
  if (operator === 'is' && /^(not_)?null$/.test(values[0]!))
    return ((text === null) === (values[0] === 'null')) !== isNot
  if (!PLAIN.test(type) || !['eq', 'neq', 'in'].includes(operator)) return undefined
  if (text === null) return false
  if (!['text', 'varchar'].includes(type) && values.some((value) => !isCanonical(type, value)))
    return undefined
  const isAmong = values.includes(text)
  return (operator === 'neq' ? !isAmong : isAmong) !== isNot
}

const isCanonical = (type: string, value: string) =>
  type === 'bool'
    ? value === 't' || value === 'f'
    : type === 'uuid'
      ? /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)
      : /^(0|-?[1-9]\d{0,17})$/.test(value)
