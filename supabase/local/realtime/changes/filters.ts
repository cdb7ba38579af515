import { ChangesError } from './errors.ts'

/** One condition on a column: `not.` before it, and the values it compares with. */
export interface Condition {
  column: string
  isNot: boolean
  operator: string
  values: string[]
}

const OPERATORS = /^(eq|neq|lte?|gte?|in|i?like|is|i?match|isdistinct)$/
const IS = /^(null|true|false|unknown)$/i
const IN_AT_MOST = 100
const [CHARACTERS_AT_MOST, CONDITIONS_AT_MOST] = [10_000, 20]

const unparsed = (part: string) =>
  new ChangesError(`Error parsing \`filter\` params: [${JSON.stringify(part)}]`)

/** Parts of a text between commas that are neither quoted nor in parentheses. */
function split(text: string): string[] {
  const parts: string[] = []
  let [part, depth, isQuoted, before] = ['', 0, false, ',']
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!
    if (isQuoted && character === '\\') part += character + (text[++at] ?? '')
    else {
      // Quotes begin where a value may: elsewhere they are a part of it.
      if (character === '"' && (isQuoted || /[.(,]/.test(before))) isQuoted = !isQuoted
      else if (!isQuoted && character === '(') depth++
      else if (!isQuoted && character === ')') depth = Math.max(0, depth - 1)
      if (character === ',' && !isQuoted && depth === 0) {
        parts.push(part)
        part = ''
      } else part += character
    }
    if (isQuoted || character !== ' ') before = character
  }
  return [...parts, part]
}

const unquote = (text: string) =>
  text.length > 1 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1).replace(/\\(.)/gs, '$1')
    : text

function readCondition(part: string): Condition {
  const [, column, not, operator, value] = /^([^=]+)=(not\.)?([a-z]+)\.(.*)$/s.exec(part) ?? []
  if (!column || value === undefined || !operator || !OPERATORS.test(operator)) throw unparsed(part)
  const condition = { column: column.trim(), isNot: not !== undefined, operator }
  if (operator === 'in') {
    const list = /^\((.*)\)$/s.exec(value)?.[1]
    if (list === undefined) throw unparsed(part)
    const values = split(list).map((item) => unquote(item.trim()))
    if (values.length > IN_AT_MOST)
      throw new ChangesError(`too many values for \`in\` filter. Maximum ${IN_AT_MOST}`)
    return { ...condition, values }
  }
  if (operator === 'is') {
    if (!IS.test(value))
      throw new ChangesError('invalid value for is filter: must be null, true, false, or unknown')
    return { ...condition, values: [value.toLowerCase()] }
  }
  return { ...condition, values: [unquote(value)] }
}

/** Reads `column=operator.value,column=not.operator.value`. @throws ChangesError */
export function parseFilter(filter: string): Condition[] {
  const text = filter.trim()
  if (text === '') return []
  const parts = text.length > CHARACTERS_AT_MOST ? [] : split(text)
  if (parts.length === 0 || parts.length > CONDITIONS_AT_MOST)
    throw new ChangesError(
      `filter is too long. Maximum ${CONDITIONS_AT_MOST} conditions and ${CHARACTERS_AT_MOST} characters`,
    )
  return parts.map((part) => readCondition(part.trim()))
}
