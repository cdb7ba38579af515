// The tree of a request's embeds, with what the query says of each by its path; nothing is looked up yet.
import { RestError } from '../error.ts'
import type { Condition, OrderTerm, Query, SelectItem } from '../request/types.ts'

export type FieldItem = Extract<SelectItem, { kind: 'field' }>
export type EmbedItem = Extract<SelectItem, { kind: 'embed' }>

export interface Draft {
  /** null of the root. */
  item: EmbedItem | null
  select: readonly FieldItem[]
  embeds: Draft[]
  conditions: Condition[]
  orders: readonly OrderTerm[]
  range: { limit: number | null; offset: number } | null
}

/** What names an embed in filters, orders and the answer. */
export const keyOfEmbed = ({ alias, name }: EmbedItem): string => alias ?? name

function drafted(item: EmbedItem | null, select: readonly SelectItem[]): Draft {
  return {
    item,
    select: select.filter((each) => each.kind === 'field'),
    embeds: select.filter((each) => each.kind === 'embed').map((each) => drafted(each, each.select)),
    conditions: [],
    orders: [],
    range: null,
  }
}

export function notEmbedded(name: string): RestError {
  const message = `'${name}' is not an embedded resource in this request`
  const hint = `Verify that '${name}' is included in the 'select' query parameter.`
  return new RestError(400, 'PGRST108', message, { hint })
}

/** By its key; a table's name names it too where it has an alias. */
function found(root: Draft, path: readonly string[]): Draft {
  let draft = root
  for (const name of path) {
    const next =
      draft.embeds.find(({ item }) => item && keyOfEmbed(item) === name) ??
      draft.embeds.find(({ item }) => item?.name === name)
    if (next === undefined) throw notEmbedded(name)
    draft = next
  }
  return draft
}

/** @param isWrite then the root's filters and ranges are of what is written, not of what is answered. */
export function draftOf(query: Query, isWrite: boolean): Draft {
  const root = drafted(null, query.select)
  const isOfAnswer = ({ path }: { path: readonly string[] }) => !isWrite || path.length > 0
  for (const { path, condition } of query.filters.filter(isOfAnswer)) {
    found(root, path).conditions.push(condition)
  }
  for (const { path, terms } of query.orders) found(root, path).orders = terms
  for (const { path, limit, offset } of query.ranges.filter(isOfAnswer)) {
    found(root, path).range = { limit, offset }
  }
  return root
}
