// `order=` and lists of columns.

import { ahead, alt, attempt, map, optional, type Parser, separated, seq, term } from '../parsec.ts'
import { character, end, string } from '../parsec-text.ts'
import type { OrderTerm } from '../types.ts'
import { comma, delimiter, field, fieldName, lexeme } from './names.ts'

const word = <T extends string, R>(text: T, value: R): Parser<R> =>
  attempt(map(seq(delimiter, string(text)), () => value))

const direction = optional(alt(word('asc', 'asc'), word('desc', 'desc'))) as Parser<OrderTerm['direction']>
const nulls = optional(alt(word('nullsfirst', 'first'), word('nullslast', 'last'))) as Parser<
  OrderTerm['nulls']
>
const termEnd = alt(attempt(ahead(character(','))), attempt(end))

const own: Parser<OrderTerm> = map(seq(field, direction, nulls, termEnd), ([field, direction, nulls]) => ({
  field,
  relation: null,
  direction,
  nulls,
}))
const related: Parser<OrderTerm> = map(
  seq(fieldName, character('('), field, character(')'), direction, nulls, termEnd),
  ([relation, , field, , direction, nulls]) => ({ field, relation, direction, nulls }),
)

/** `name.desc.nullslast,relation(column)`. */
export const order: Parser<OrderTerm[]> = separated(lexeme(term(alt(attempt(related), own))), character(','))

/** `columns=` and `on_conflict=`. */
export const columns: Parser<string[]> = separated(fieldName, comma)
