// How an embed stands by its parent: what it is read from, and what makes its rows the parent's.
import type { Relationship } from '../cache/types.ts'
import { identifier, qualified } from './quote.ts'

/** @param parent the parent's alias; like `alias` and `junction`, it is SQL already. */
export function joinOf(
  relationship: Relationship,
  parent: string,
  alias: string,
  junction: string | null,
): { from: string; joins: string[] } {
  const { foreign, table, columns, function: called } = relationship
  if (called) {
    // The cast chooses among functions of one name, and gives a row of a CTE its type.
    return { from: `${qualified(called)}(CAST(${parent}.* AS ${qualified(table)})) AS ${alias}`, joins: [] }
  }
  const from = `${qualified(foreign)} AS ${alias}`
  const equal = (a: string, b: string) => (pair: readonly [string, string]) =>
    `${b}.${identifier(pair[1])} = ${a}.${identifier(pair[0])}`
  if (!relationship.junction || junction === null) return { from, joins: columns.map(equal(parent, alias)) }
  const { table: between, source, target } = relationship.junction
  return {
    from: `${from}, ${qualified(between)} AS ${junction}`,
    joins: [...target.map(equal(junction, alias)), ...source.map(equal(parent, junction))],
  }
}
