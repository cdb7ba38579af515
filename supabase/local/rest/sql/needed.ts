import type { Condition } from '../request/types.ts'
import { isTestOf, type Node, type ReadPlan } from './plan.ts'

/**
 * The columns that the CTE of a write or a function has to give for its read, so that no more of them needs to be
 * readable; `['*']` where that is not known.
 * @param also those that are needed besides: of the key, for `Location`
 * @param withConditions where the filters are of the read, as a function's are
 */
export function columnsNeeded(
  { root }: ReadPlan,
  also: readonly string[] = [],
  withConditions = false,
): readonly string[] {
  const { select, embeds, orders, conditions } = root
  const isAll = select.length === 0 && embeds.length === 0
  const isComputed = embeds.some(({ relationship }) => relationship.kind === 'computed')
  const shown = select.map(({ field }) => field.name).filter((name) => name !== '')
  if (isAll || isComputed || shown.includes('*')) return ['*']
  const keys = embeds.flatMap(({ relationship: { columns, junction } }) =>
    (junction?.source ?? columns).map(([column]) => column),
  )
  const sorted = orders.filter(({ relation }) => relation === null).map(({ field }) => field.name)
  const filtered = withConditions ? conditions.flatMap((each) => namesOf(each, root)) : []
  return [...new Set([...shown, ...keys, ...sorted, ...filtered, ...also])]
}

function namesOf(condition: Condition, root: Node): string[] {
  if (condition.kind !== 'filter') return condition.conditions.flatMap((each) => namesOf(each, root))
  return root.embeds.some(({ key }) => isTestOf(condition, key)) ? [] : [condition.field.name]
}
