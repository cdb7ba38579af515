// `select=`: columns with aliases, casts and aggregates, embeds and spreads.

import {
  ahead,
  alt,
  attempt,
  fail,
  lazy,
  map,
  nested,
  optional,
  type Parser,
  separated,
  seq,
  term,
} from '../parsec.ts'
import { character, end, notBefore, string } from '../parsec-text.ts'
import type { Field, SelectItem } from '../types.ts'
import { comma, field, fieldName, identifier, lexeme } from './names.ts'

type FieldItem = Extract<SelectItem, { kind: 'field' }>
type Embed = Omit<Extract<SelectItem, { kind: 'embed' }>, 'select'>

const second = <A, B>(parser: Parser<[A, B]>) => map(parser, ([, value]) => value)

const aliasSeparator = seq(
  character(':'),
  notBefore((next) => next === ':', ['":"']),
)
const alias = optional(attempt(map(seq(fieldName, aliasSeparator), ([name]) => name)))
const itemEnd = alt(attempt(ahead(string(')'))), attempt(ahead(string(','))), attempt(end))
const cast = optional(second(seq(string('::'), identifier)))

/** A field with what is said of it; a bare one has nothing. */
const fieldOf = (field: Field, said: Partial<FieldItem> = {}): FieldItem => ({
  kind: 'field',
  field,
  alias: null,
  cast: null,
  aggregate: null,
  aggregateCast: null,
  ...said,
})
/** `*`, and what stands where nothing is selected. */
export const ALL_COLUMNS: FieldItem = fieldOf({ name: '*', path: [] })
const star = map(seq(string('*'), itemEnd), () => ALL_COLUMNS)
const countAll = map(seq(alias, string('count()'), cast, itemEnd), ([alias, , aggregateCast]) =>
  fieldOf({ name: '', path: [] }, { alias, aggregate: 'count', aggregateCast }),
)

const aggregates = alt(
  string('sum'),
  string('avg'),
  string('count'),
  attempt(string('max')),
  attempt(string('min')),
) as Parser<FieldItem['aggregate']>
const aggregate = optional(attempt(map(seq(character('.'), aggregates, string('()')), ([, name]) => name)))
const column = map(
  seq(alias, field, cast, aggregate, cast, itemEnd),
  ([alias, field, cast, aggregate, aggregateCast]) =>
    fieldOf(field, { alias, cast, aggregate, aggregateCast }),
)
const fieldItem: Parser<SelectItem> = lexeme(alt(attempt(star), attempt(countAll), column))

type Parameter = { hint?: string; join?: 'left' | 'inner' }
const join = alt(attempt(string('left')), attempt(string('inner'))) as Parser<'left' | 'inner'>
const parameter: Parser<Parameter> = second(
  seq(
    character('!'),
    alt(
      map(join, (join): Parameter => ({ join })),
      attempt(map(fieldName, (hint): Parameter => ({ hint }))),
    ),
  ),
)
const parameters = map(seq(optional(parameter), optional(parameter)), ([a, b]) => ({
  hint: a?.hint ?? b?.hint ?? null,
  join: a?.join ?? b?.join ?? null,
}))
const opening = attempt(ahead(string('(')))

/** `count(…)` is no embed: it is what `count()` begins with. */
const embedName: Parser<string> = (state) => {
  const start = state.at
  const name = fieldName(state)
  return name === 'count' ? fail(state, state.failure, state.at > start) : name
}
const embed = map(
  seq(alias, embedName, parameters, opening),
  ([alias, name, said]): Embed => ({ kind: 'embed', name, alias, ...said, isSpread: false }),
)
const spreadName = second(seq(string('...'), fieldName))
const spread = map(
  seq(spreadName, parameters, opening),
  ([name, said]): Embed => ({ kind: 'embed', name, alias: null, ...said, isSpread: true }),
)

const whole = lazy(() => select)
const inside = nested(map(seq(character('('), whole, character(')')), ([, items]) => items))
const embedded = (head: Parser<Embed>): Parser<SelectItem> =>
  map(seq(attempt(lexeme(head)), inside), ([embed, select]) => ({ ...embed, select }))

const item = term(alt(embedded(spread), embedded(embed), fieldItem))

/** All of `select=`; an empty one has no items. */
export const select: Parser<SelectItem[]> = map(optional(separated(item, comma)), (items) => items ?? [])
