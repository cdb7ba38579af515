// What a filter says: `not.eq.5`, `like(any).{a*,b*}`, `in.(1,"a,b")`, `fts(spanish).cacao`.

import { alt, attempt, fail, label, map, optional, type Parser, separated, seq, succeed } from '../parsec.ts'
import { character, instead, notBefore, rest, run, string } from '../parsec-text.ts'
import type { Condition, Operator } from '../types.ts'
import { delimiter, identifier, lexeme, quoted } from './names.ts'

type Filter = Extract<Condition, { kind: 'filter' }>
/** A filter without its field. */
export type Operation = Omit<Filter, 'kind' | 'field'>
type Part = Omit<Operation, 'isNegated'>

const oneOf = <T extends string>(...names: T[]) =>
  alt(...names.map((name) => attempt(string(name)))) as unknown as Parser<T>
const bracketed = <T>(parser: Parser<T>) =>
  attempt(map(seq(character('('), parser, character(')')), ([, value]) => value))

/** A value that ends at a comma or a bracket: quoted where it has one of them. */
const unquoted = run(/[^,)]*/y)
export const quotedWhole = attempt(
  map(
    seq(
      quoted,
      notBefore((next) => next !== ',' && next !== ')'),
    ),
    ([value]) => value,
  ),
)
const list: Parser<string[]> = map(
  seq(lexeme(character('(')), separated(alt(quotedWhole, unquoted), character(',')), lexeme(character(')'))),
  ([, values]) => values,
)

const IS = ['null', 'not_null', 'true', 'false', 'unknown']
/** In any case, character by character. */
const isWord =
  (word: string): Parser<string> =>
  (state) => {
    const start = state.at
    let taken = 0
    while (taken < word.length) {
      const next = state.text[start + taken]
      if (next !== word[taken] && next !== word[taken]!.toUpperCase()) break
      taken++
    }
    if (taken === word.length) return succeed(state, start + taken, word)
    return fail(state, instead(state, start + taken), taken > 0)
  }
const isValue = label(
  alt(...IS.map((word) => attempt(isWord(word)))),
  'isVal: (null, not_null, true, false, unknown)',
)

const bare = { quantifier: null, language: null } as const
const after = <T>(operator: Operator, value: Parser<T & (string | string[])>): Parser<Part> =>
  map(seq(attempt(seq(string(operator), delimiter)), value), ([, value]) => ({ operator, value, ...bare }))

const SIMPLE = oneOf('neq', 'cs', 'cd', 'ov', 'sl', 'sr', 'nxr', 'nxl', 'adj')
const QUANTIFIED = oneOf('eq', 'gte', 'gt', 'lte', 'lt', 'like', 'ilike', 'match', 'imatch')
const TEXT = oneOf('fts', 'plfts', 'phfts', 'wfts')
const quantifier = optional(bracketed(alt(attempt(string('any')), string('all')))) as Parser<
  'any' | 'all' | null
>

/** An operator and its value, which `value` reads. */
export function operation(value: Parser<string>): Parser<Operation> {
  const text: Parser<Part> = map(
    seq(TEXT, optional(bracketed(identifier)), delimiter, value),
    ([operator, language, , value]) => ({ operator, value, quantifier: null, language }),
  )
  const simple: Parser<Part> = map(seq(SIMPLE, delimiter, value), ([operator, , value]) => ({
    operator,
    value,
    ...bare,
  }))
  const quantified: Parser<Part> = map(
    seq(QUANTIFIED, quantifier, delimiter, value),
    ([operator, quantifier, , value]) => ({ operator, value, quantifier, language: null }),
  )
  const parts = alt(
    after('in', list),
    after('is', isValue),
    after('isdistinct', value),
    ...[attempt(text), attempt(simple), attempt(quantified)],
  )
  const not = map(optional(attempt(seq(string('not'), delimiter))), (found) => found !== null)
  return map(seq(not, label(parts, 'operator (eq, gt, ...)')), ([isNegated, part]) => ({
    ...part,
    isNegated,
  }))
}

/** Of a parameter: all that is left is the value. */
export const filterOperation = operation(rest)
