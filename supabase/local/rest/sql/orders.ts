import type { OrderTerm } from '../request/types.ts'
import { fieldSql, type Source } from './fields.ts'
import type { Embed } from './plan.ts'

/** ` ORDER BY …`, or nothing. A term of a relation sorts by the row of the embed of that key. */
export function orderOf(terms: readonly OrderTerm[], source: Source, embeds: readonly Embed[]): string {
  if (terms.length === 0) return ''
  const sorted = terms.map(({ field, relation, direction, nulls }) => {
    const embed = relation === null ? undefined : embeds.find(({ key }) => key === relation)
    const sql = fieldSql(field, embed ? { alias: embed.row, table: null } : source)
    return `${sql}${direction ? ` ${direction.toUpperCase()}` : ''}${nulls ? ` NULLS ${nulls.toUpperCase()}` : ''}`
  })
  return ` ORDER BY ${sorted.join(', ')}`
}
