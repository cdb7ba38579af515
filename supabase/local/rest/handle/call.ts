import type { RestAnswer } from '../answer/answer.ts'
import { requireKnown } from '../answer/preferences.ts'
import { answerCall } from '../answer/respond.ts'
import type { Routine } from '../cache/types.ts'
import { checkOf } from '../checks.ts'
import { RestError } from '../error.ts'
import type { RestRequest } from '../request/types.ts'
import { callStatement } from '../sql/call.ts'
import { findRoutine } from '../sql/routine.ts'
import { agree, answerPlan } from './agree.ts'
import { runOf, sqlOptionsOf, type Work } from './work.ts'

/** @throws RestError PGRST128: of a function that gives one row there is nothing to bound. */
function requireBoundable({ preferences }: RestRequest, { returns }: Routine): void {
  if (returns.isSet || preferences.handling !== 'strict' || preferences.maxAffected === null) return
  throw new RestError(
    400,
    'PGRST128',
    'Function must return SETOF or TABLE when max-affected preference is used with handling=strict',
  )
}

/** A function, by GET, HEAD or POST. */
export async function callRoutine(work: Work): Promise<RestAnswer> {
  const { request, cache, executor } = work
  const routine = findRoutine(request, cache)
  const { schema, name, returns, volatility, settings } = routine
  const of = { schema, name: returns.table?.name ?? name }
  const agreed = agree(work, of, request.method !== 'HEAD')
  const statement = callStatement(request, cache, routine, sqlOptionsOf(work), agreed.body)
  requireKnown(request.preferences)
  requireBoundable(request, routine)
  const isReadOnly = request.method !== 'POST' || volatility !== 'volatile'
  const check = checkOf(request, agreed.media.kind === 'object')
  const run = runOf(work, { isReadOnly, check, settings })
  if (agreed.plan) return answerPlan(work, agreed, statement, run)
  return answerCall(request, agreed.media, await executor.execute(statement, run), routine)
}
