// The rows that a request is about, without its order, limits and columns: to be counted, or to be there at all.
import type { SchemaCache } from '../cache/types.ts'
import { conditionSql, type Special } from './conditions.ts'
import { type Embed, isTestOf, type Node } from './plan.ts'
import type { Values } from './quote.ts'

/** `SELECT 1 FROM …` with a row for each of the node's. */
export function rowsOf(node: Node, cache: SchemaCache, values: Values): string {
  const inner = node.embeds.filter(({ isInner }) => isInner)
  const where = [
    ...node.joins,
    ...conditionsOf(node, cache, values, (embed) => existsOf(embed, cache, values)),
    ...inner.map((embed) => existsOf(embed, cache, values)),
  ]
  return `SELECT 1 FROM ${node.from}${where.length > 0 ? ` WHERE ${where.join(' AND ')}` : ''}`
}

/** Whether an embed has rows, of those that its limit and offset leave. */
export function existsOf({ node }: Embed, cache: SchemaCache, values: Values): string {
  const offset = node.range?.offset ?? 0
  const limit = node.range?.limit === 0 ? ' LIMIT 0' : ''
  const skip = offset === 0 ? '' : ` OFFSET ${values.add(String(offset), 'bigint')}`
  return `EXISTS (${rowsOf(node, cache, values)}${limit}${skip})`
}

/** A node's filters; one that asks whether an embed is there is what `isThere` says of it. */
export function conditionsOf(
  { conditions, embeds, source }: Node,
  cache: SchemaCache,
  values: Values,
  isThere: (embed: Embed) => string,
): string[] {
  const special: Special = (filter) => {
    const embed = embeds.find(({ key }) => isTestOf(filter, key))
    if (embed === undefined) return null
    return filter.isNegated === (filter.value === 'null') ? isThere(embed) : `NOT ${isThere(embed)}`
  }
  return conditions.map((each) => conditionSql(each, source, cache, values, special))
}
