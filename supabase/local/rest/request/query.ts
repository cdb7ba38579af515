// The query string: which parameter is what, by the last word of its name.

import { filterOperation, type Operation } from './grammar/filter.ts'
import { logic, logicPath } from './grammar/logic.ts'
import { treePath } from './grammar/names.ts'
import { columns, order } from './grammar/order.ts'
import { ALL_COLUMNS, select } from './grammar/select.ts'
import type { Budget } from './parsec.ts'
import { alt, map, type Parser, succeed } from './parsec.ts'
import { parse } from './parsec-text.ts'
import { type Pair, readPairs } from './query-string.ts'
import { asRange, type Interval, intervalOf } from './ranges.ts'
import type { Condition, Query } from './types.ts'

const WHOLE = new Set(['select', 'columns', 'on_conflict'])

/** A filter, or null: of a function called by GET what is no filter is a parameter of it. */
const operationOrNot: Parser<Operation | null> = alt(filterOperation, (state) =>
  succeed(state, state.at, null),
)

interface Said {
  select: Query['select']
  columns: Query['columns']
  onConflict: Query['onConflict']
  filters: { path: readonly string[]; condition: Condition }[]
  orders: Query['orders'][number][]
  parameters: (readonly [string, string])[]
  intervals: Map<string, { limit?: string; offset?: string }>
}

function readFilter(key: string, value: string, said: Said, of: { budget: Budget; isCall: boolean }): void {
  const { path, field } = parse(treePath, 'tree path', key, of)
  const operation = parse(of.isCall ? operationOrNot : filterOperation, 'filter', value, of)
  if (operation) said.filters.push({ path, condition: { kind: 'filter', field, ...operation } })
  else said.parameters.push([field.name, value])
}

function readLogic(key: string, value: string, said: Said, budget: Budget): void {
  const { path, operator } = parse(logicPath, 'logic path', key, { budget })
  const condition = parse(logic, 'logic tree', operator + value, { budget, shown: value })
  said.filters.push({ path, condition })
}

function readOne(key: string, value: string, said: Said, of: { budget: Budget; isCall: boolean }): void {
  const parts = key.split('.')
  const last = parts.at(-1)!
  if (last === 'order') {
    const { path } = parse(treePath, 'tree path', key, of)
    said.orders.push({ path, terms: parse(order, 'order', value, of) })
  } else if (last === 'limit' || last === 'offset') {
    const level = [...parts.slice(0, -1), 'limit'].join('.')
    said.intervals.set(level, { ...said.intervals.get(level), [last]: value })
  } else if (last === 'and' || last === 'or') readLogic(key, value, said, of.budget)
  else if (!WHOLE.has(key)) readFilter(key, value, said, of)
}

/** The query of an address, and the interval of its top level where it says one. */
export function readQuery(
  text: string,
  of: { budget: Budget; isCall: boolean },
): { query: Query; top: Interval | null } {
  const pairs = readPairs(text)
  const whole = <T>(name: string, parser: Parser<T>, what = `${name} parameter`): T | null => {
    const value = pairs.find(([key]) => key === name)?.[1]
    return value === undefined || value === null ? null : parse(parser, what, value, of)
  }
  const distinct = map(columns, (names) => [...new Set(names)])
  const said: Said = {
    select: whole('select', select) ?? [ALL_COLUMNS],
    columns: whole('columns', distinct),
    onConflict: whole('on_conflict', columns),
    ...{ filters: [], orders: [], parameters: [], intervals: new Map() },
  }
  const isSaid = (pair: Pair): pair is [string, string] => pair[1] !== null
  for (const [key, value] of pairs.filter(isSaid)) readOne(key, value, said, of)
  const { intervals, ...query } = said
  const levels = [...intervals].map(([key, range]) => {
    const { path } = parse(treePath, 'tree path', key, of)
    return { path, interval: intervalOf(range) }
  })
  const top = levels.find(({ path }) => path.length === 0)?.interval ?? null
  const ranges = levels.map(({ path, interval }) => ({ path, ...asRange(interval) }))
  return { query: { ...query, ranges }, top }
}
