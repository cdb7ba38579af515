import { RestError } from './error.ts'
import type { RestRequest } from './request/types.ts'
import type { Outcome } from './sql/types.ts'

/** Judges what a statement did before it is kept. */
export type Check = (outcome: Outcome) => void

/** @throws RestError PGRST116 */
function requireOne({ page_total: rows }: Outcome): void {
  if (rows === '1') return
  throw new RestError(406, 'PGRST116', 'Cannot coerce the result to a single JSON object', {
    details: `The result contains ${rows} rows`,
  })
}

/** @throws RestError PGRST115 where the row that was sent is not the one of the address. */
function requirePut({ page_total: rows }: Outcome): void {
  if (rows === '1') return
  throw new RestError(400, 'PGRST115', 'Payload values do not match URL in primary key column(s)')
}

/** @throws RestError PGRST124 */
const requireAtMost =
  (most: number): Check =>
  ({ page_total: rows }) => {
    if (Number(rows) <= most) return
    throw new RestError(400, 'PGRST124', 'Query result exceeds max-affected preference constraint', {
      details: `The query affects ${rows} rows`,
    })
  }

/** What a request asks of the number of rows; null where nothing. */
export function checkOf(
  { method, target, preferences }: Pick<RestRequest, 'method' | 'target' | 'preferences'>,
  isSingular: boolean,
): Check | null {
  const isCall = target.kind === 'rpc'
  const checks: Check[] = []
  if (method === 'PUT') checks.push(requirePut)
  else if (isSingular) checks.push(requireOne)
  const { handling, maxAffected } = preferences
  const isBounded = isCall || method === 'PATCH' || method === 'DELETE'
  if (isBounded && handling === 'strict' && maxAffected !== null) checks.push(requireAtMost(maxAffected))
  if (checks.length === 0) return null
  return (outcome) => {
    for (const check of checks) check(outcome)
  }
}
