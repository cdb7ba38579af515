// What a request reads, with its names looked up: a tree of tables, each with its alias and how it joins its parent.
import type { Name, Relationship, SchemaCache } from '../cache/types.ts'
import { RestError } from '../error.ts'
import type { Condition, OrderTerm, RestRequest } from '../request/types.ts'
import { type Draft, draftOf, type FieldItem, keyOfEmbed, notEmbedded } from './draft.ts'
import type { Source } from './fields.ts'
import { joinOf } from './join.ts'
import { aliasOf, identifier } from './quote.ts'
import { findRelationship, isToOne } from './relationships.ts'
import { tableOf } from './tables.ts'
import type { SqlOptions } from './types.ts'

/** The CTE of what a write or a function gave. */
export const SOURCE = 'pgrst_source'

export interface Node {
  name: Name
  source: Source
  /** What stands after FROM, with its alias. */
  from: string
  /** SQL by which it belongs to its parent's row. */
  joins: readonly string[]
  select: readonly FieldItem[]
  embeds: readonly Embed[]
  conditions: readonly Condition[]
  orders: readonly OrderTerm[]
  /** As the request says it, and with `max_rows`. */
  range: { limit: number | null; offset: number } | null
}

export interface Embed {
  key: string
  relationship: Relationship
  isToOne: boolean
  isInner: boolean
  isSpread: boolean
  /** Whether its parent asks it to be there, or not to be: `clients=is.null`. */
  isTested: boolean
  /** As SQL: what its row, or its list, is called where it is joined. */
  row: string
  node: Node
}

export interface ReadPlan {
  root: Node
  /** Then rows are grouped: what has no equality, as json, cannot be. */
  hasAggregates: boolean
  /** Then `*` is written as its columns: they are named one by one. */
  isExpanded: boolean
}

export const isAggregate = ({ aggregate }: FieldItem): boolean => aggregate !== null

/** Is it the filter that asks whether an embed of that key has rows? */
export function isTestOf(condition: Condition, key: string): boolean {
  if (condition.kind !== 'filter') return condition.conditions.some((each) => isTestOf(each, key))
  const { field, operator, value } = condition
  return field.name === key && field.path.length === 0 && operator === 'is' && isNullTest(value)
}

const isNullTest = (value: string | readonly string[]) => value === 'null' || value === 'not_null'

/**
 * Plans what is answered of a table, or of the CTE `pgrst_source` under the name of the table that its rows are of.
 * Refuses embeds that are none (PGRST108, 118, 200, 201) and aggregates that are not allowed (PGRST123, 127).
 */
export function planRead(
  request: RestRequest,
  cache: SchemaCache,
  options: SqlOptions,
  root: { name: Name; isSource: boolean },
): ReadPlan {
  const isWrite = request.target.kind === 'table' && !['GET', 'HEAD'].includes(request.method)
  const draft = draftOf(request.query, isWrite)
  if (!isWrite) draft.range = { ...request.range }

  const used = new Set<string>([SOURCE])
  // Where the last one of a name ended: to begin anew would take as many steps as it has embeds, for each of them.
  const ends = new Map<string, number>()
  const unique = (base: string, suffix: string): string => {
    const first = aliasOf(base, suffix)
    let alias = first
    let n = ends.get(first) ?? 1
    for (; used.has(alias); n++) alias = aliasOf(base, `${suffix}_${n}`)
    ends.set(first, n)
    used.add(alias)
    return identifier(alias)
  }
  const maxRows = isWrite ? null : options.maxRows

  const planned = (
    { select, embeds, conditions, orders, range }: Draft,
    place: Pick<Node, 'name' | 'source' | 'from' | 'joins'>,
    isOne: boolean,
    depth: number,
  ): Node => ({
    ...place,
    select,
    conditions,
    orders,
    // One row needs no limit, and without it the planner may join as it likes.
    range: isOne && range === null ? null : bounded(range, maxRows),
    embeds: embeds.map((each) => embedded(each, place, conditions, depth + 1)),
  })

  const embedded = (
    draft: Draft,
    parent: Pick<Node, 'name' | 'source'>,
    conditions: readonly Condition[],
    depth: number,
  ): Embed => {
    const item = draft.item!
    const key = keyOfEmbed(item)
    const relationship = findRelationship(cache, parent.name, item.name, item.hint)
    const { foreign } = relationship
    const alias = unique(foreign.name, `_${depth}`)
    const junction = relationship.junction && unique(relationship.junction.table.name, `_${depth}`)
    const source = { alias, table: tableOf(cache, foreign) }
    const place = {
      name: foreign,
      source,
      ...joinOf(relationship, parent.source.alias, alias, junction ?? null),
    }
    return {
      key,
      relationship,
      isToOne: isToOne(relationship),
      isInner: item.join === 'inner',
      isSpread: item.isSpread,
      isTested: conditions.some((each) => isTestOf(each, key)),
      row: unique(`${parent.name.name}_${key}`, `_${depth}`),
      node: planned(draft, place, isToOne(relationship), depth),
    }
  }

  const alias = unique(root.name.name, '')
  const from = root.isSource
    ? identifier(SOURCE)
    : `${identifier(root.name.schema)}.${identifier(root.name.name)}`
  const source = { alias, table: tableOf(cache, root.name) }
  const node = planned(draft, { name: root.name, source, from: `${from} AS ${alias}`, joins: [] }, false, 0)
  checkOrders(node)
  return { root: node, ...checkAggregates(node, options.aggregates) }
}

function bounded(range: Node['range'], maxRows: number | null): Node['range'] {
  if (maxRows === null) return range
  const { limit, offset } = range ?? { limit: null, offset: 0 }
  return { limit: Math.min(limit ?? maxRows, maxRows), offset }
}

/** An order by an embed's column needs the embed, and one row of it. */
function checkOrders({ name, orders, embeds }: Node): void {
  for (const { relation } of orders) {
    if (relation === null) continue
    const embed = embeds.find(({ key }) => key === relation)
    if (embed === undefined) throw notEmbedded(relation)
    if (embed.isToOne) continue
    throw new RestError(400, 'PGRST118', `A related order on '${relation}' is not possible`, {
      details: `'${name.name}' and '${relation}' do not form a many-to-one or one-to-one relationship`,
    })
  }
  for (const { node } of embeds) checkOrders(node)
}

const everyEmbed = (node: Node): Embed[] => node.embeds.flatMap((embed) => [embed, ...everyEmbed(embed.node)])

/** Its own aggregates, and those of what is spread into it. */
export const hasAggregates = ({ select, embeds }: Node): boolean =>
  select.some(isAggregate) || embeds.some((each) => each.isSpread && each.isToOne && hasAggregates(each.node))

function checkAggregates(root: Node, areAllowed: boolean): Omit<ReadPlan, 'root'> {
  const embeds = everyEmbed(root)
  const isGrouped = [root, ...embeds.map(({ node }) => node)].some(({ select }) => select.some(isAggregate))
  if (isGrouped && !areAllowed) {
    throw new RestError(400, 'PGRST123', 'Use of aggregate functions is not allowed')
  }
  const spreads = embeds.filter((each) => each.isSpread && !each.isToOne)
  // PostgREST has no answer to it either, and these are its words.
  if (spreads.some(({ node }) => hasAggregates(node))) {
    throw new RestError(400, 'PGRST127', 'Feature not implemented', {
      details: 'Aggregates are not implemented for one-to-many or many-to-many spreads.',
    })
  }
  return { hasAggregates: isGrouped, isExpanded: isGrouped || spreads.length > 0 }
}
