// `or=(…)` and `and=(…)`, nested.

import {
  alt,
  attempt,
  label,
  lazy,
  map,
  nested,
  optional,
  type Parser,
  separated,
  seq,
  term,
} from '../parsec.ts'
import { character, run, string } from '../parsec-text.ts'
import type { Condition } from '../types.ts'
import { operation, quotedWhole } from './filter.ts'
import { comma, delimiter, field, fieldName, lexeme } from './names.ts'

/** An array's braces keep its commas. */
const array = map(seq(string('{'), run(/[^{}]*/y), string('}')), (parts) => parts.join(''))
const value = alt(quotedWhole, attempt(array), run(/[^,)]*/y))

const filter: Parser<Condition> = map(seq(field, delimiter, operation(value)), ([field, , operation]) => ({
  kind: 'filter',
  field,
  ...operation,
}))
const not = label(
  map(optional(attempt(seq(string('not'), delimiter))), (found) => found !== null),
  'negation operator (not)',
)
const operator = label(alt(attempt(string('and')), string('or')), 'logic operator (and, or)') as Parser<
  'and' | 'or'
>
const group: Parser<Condition> = map(
  seq(
    not,
    operator,
    lexeme(character('(')),
    nested(
      separated(
        lazy(() => logic),
        comma,
      ),
    ),
    lexeme(character(')')),
  ),
  ([isNegated, kind, , conditions]) => ({ kind, isNegated, conditions }),
)

/** `and(a.eq.1,not.or(b.gt.2,c.is.null))`. */
export const logic: Parser<Condition> = term(alt(attempt(filter), group))

/** The key of a logic parameter, `embed.not.or`: the embeds that lead to it, and what `logic` reads before the value. */
export const logicPath = map(separated(fieldName, delimiter), (names) => ({
  path: names.slice(0, -1).filter((name) => name !== 'not'),
  operator: `${names.includes('not') ? 'not.' : ''}${names.at(-1)!}`,
}))
