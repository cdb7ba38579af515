import type { RestAnswer } from '../answer/answer.ts'
import { requireKnown } from '../answer/preferences.ts'
import { answerWrite } from '../answer/respond.ts'
import { checkOf } from '../checks.ts'
import { findTable } from '../sql/tables.ts'
import { writeStatement } from '../sql/write.ts'
import { agree, answerPlan } from './agree.ts'
import { runOf, sqlOptionsOf, type Work } from './work.ts'

/** POST, PUT, PATCH and DELETE of a table or a view. */
export async function writeTable(work: Work): Promise<RestAnswer> {
  const { request, cache, executor } = work
  const target = request.target as { name: string }
  const table = findTable(cache, { schema: request.schema, name: target.name })
  const agreed = agree(work, table, request.preferences.return === 'representation')
  const statement = writeStatement(request, cache, sqlOptionsOf(work), agreed.body)
  requireKnown(request.preferences)
  const run = runOf(work, { isReadOnly: false, check: checkOf(request, agreed.media.kind === 'object') })
  if (agreed.plan) return answerPlan(work, agreed, statement, run)
  return answerWrite(request, agreed.media, await executor.execute(statement, run), table)
}
