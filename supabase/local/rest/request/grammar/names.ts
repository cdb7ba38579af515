// Names, quoted values and fields with their JSON paths.

import {
  ahead,
  alt,
  attempt,
  fail,
  label,
  many,
  map,
  optional,
  type Parser,
  separated,
  seq,
  succeed,
  term,
} from '../parsec.ts'
import { character, end, instead, notBefore, run, shown, string } from '../parsec-text.ts'
import type { Field } from '../types.ts'

const BLANKS = run(/[ \t]*/y)

/** With blanks on both sides. */
export const lexeme = <T>(parser: Parser<T>): Parser<T> =>
  map(seq(BLANKS, parser, BLANKS), ([, value]) => value)

export const delimiter = label(character('.'), 'delimiter (.)')
export const comma = lexeme(character(','))

const UNOPENED = [shown('"')]
const UNCLOSED = [shown('\\'), shown('"')]

/** Between double quotes, where a backslash keeps the next character as it is. */
export const quoted: Parser<string> = (state) => {
  const { text, at } = state
  if (text[at] !== '"') return fail(state, instead(state, at, UNOPENED), false)
  let value = ''
  let from = at + 1
  for (let i = from; i < text.length; i++) {
    if (text[i] === '"') return succeed(state, i + 1, value + text.slice(from, i))
    if (text[i] !== '\\') continue
    value += text.slice(from, i)
    from = ++i
    if (from === text.length) return fail(state, instead(state, from), true)
  }
  return fail(state, instead(state, text.length, UNCLOSED), true)
}

/** A word of letters, digits, `_`, `$` and blanks, which count only within. */
export const identifier = map(run(/[\p{L}0-9_ $]+/uy, ['letter', 'digit']), (text) => text.trim())

const dash = attempt(
  seq(
    character('-'),
    notBefore((next) => next === '>', [shown('>')]),
  ),
)
const dashed = (part: Parser<string>) => map(separated(part, dash), (parts) => parts.join('-'))

export const fieldName = label(alt(quoted, dashed(identifier)), 'field name (* or [a..z0..9_$])')

const arrow = alt(attempt(string('->>')), attempt(string('->'))) as Parser<'->' | '->>'>
const indexEnd = alt(...['->', '::', '.', ','].map((text) => attempt(ahead(string(text)))), attempt(end))
const sign = optional(character('-'))
const digits = run(/[0-9]+/y, ['digit'])
const index = map(seq(sign, digits, indexEnd), ([minus, text]) => {
  // What Postgres has no integer for it refuses by itself; 1e21 it would not even read.
  const size = Math.min(Number(text), Number.MAX_SAFE_INTEGER)
  return minus ? -size : size
})
const keyPart = map(run(/[^(\-:.,>)]+/uy, []), (text) => text.trim())
const key = label(alt(quoted, dashed(keyPart)), 'any non reserved character different from: .,>()')
const step = map(
  seq(arrow, alt<[Parser<number>, Parser<string>]>(attempt(index), attempt(key))),
  ([arrow, key]) => ({
    arrow,
    key,
  }),
)
const path = many(term(step), true)

export const field: Parser<Field> = lexeme(map(seq(fieldName, path), ([name, path]) => ({ name, path })))

/** `a.b.column->key`: the embeds that lead to it, and the field. */
export const treePath = map(seq(separated(term(fieldName), delimiter), path), ([names, path]) => ({
  path: names.slice(0, -1),
  field: { name: names.at(-1)!, path } satisfies Field,
}))
