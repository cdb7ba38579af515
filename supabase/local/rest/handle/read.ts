import type { RestAnswer } from '../answer/answer.ts'
import { requireKnown } from '../answer/preferences.ts'
import { answerRead } from '../answer/respond.ts'
import { checkOf } from '../checks.ts'
import type { Run } from '../execute.ts'
import { countStatement, readStatement } from '../sql/read.ts'
import { findTable } from '../sql/tables.ts'
import { agree, answerPlan } from './agree.ts'
import { runOf, sqlOptionsOf, type Work } from './work.ts'

/** What is behind the `?` of an address. */
export const queryOf = ({ url }: { url: string }): string => {
  const at = url.indexOf('?')
  return at < 0 ? '' : url.slice(at + 1)
}

/** The planner's guess at the number of rows, where it is asked for; only beyond max_rows, where an estimate is. */
function guessOf(work: Work): Run['guess'] {
  const { request, cache, settings } = work
  const { count } = request.preferences
  if (count !== 'planned' && count !== 'estimated') return null
  return {
    of: countStatement(request, cache, sqlOptionsOf(work)),
    take(outcome, rows) {
      if (count === 'planned') return { ...outcome, total: rows }
      const counted = Number(outcome.total)
      if (settings.maxRows !== null && counted <= settings.maxRows) return outcome
      return { ...outcome, total: String(Math.max(counted, Number(rows))) }
    },
  }
}

/** GET and HEAD of a table or a view. */
export async function readTable(work: Work): Promise<RestAnswer> {
  const { request, raw, cache, executor } = work
  const target = request.target as { name: string }
  const table = findTable(cache, { schema: request.schema, name: target.name })
  const agreed = agree(work, table, request.method === 'GET')
  const statement = readStatement(request, cache, sqlOptionsOf(work), agreed.body)
  requireKnown(request.preferences)
  const check = checkOf(request, agreed.media.kind === 'object')
  const run = runOf(work, { isReadOnly: true, check, guess: agreed.plan ? null : guessOf(work) })
  if (agreed.plan) return answerPlan(work, agreed, statement, run)
  return answerRead(request, agreed.media, await executor.execute(statement, run), queryOf(raw))
}
