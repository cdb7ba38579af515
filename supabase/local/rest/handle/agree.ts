import type { RestAnswer } from '../answer/answer.ts'
import { contentTypeOf } from '../answer/media-types.ts'
import { isWholeRow, type Negotiated, negotiate } from '../answer/negotiate.ts'
import { keyOf } from '../cache/names.ts'
import type { Name } from '../cache/types.ts'
import type { Run } from '../execute.ts'
import type { Body, Statement } from '../sql/types.ts'
import type { Work } from './work.ts'

/**
 * As what a request is answered.
 * @param of whose rows.
 * @param isRead by somebody: a HEAD, or a write that gives nothing back, has no body.
 */
export function agree({ request, cache, settings }: Work, of: Name, isRead: boolean): Negotiated {
  const agreed = negotiate(request.accept, {
    handlers: cache.handlers,
    of: keyOf(of),
    isWhole: isWholeRow(request.query.select),
    hasPlans: settings.hasPlans,
  })
  const body: Body = isRead ? agreed.body : { kind: 'none' }
  return { ...agreed, body }
}

/** The answer of whoever asks what Postgres would do. */
export async function answerPlan(
  { executor }: Work,
  { media, plan }: Negotiated,
  statement: Statement,
  run: Run,
): Promise<RestAnswer> {
  return {
    status: 200,
    headers: [['Content-Type', contentTypeOf(media)]],
    body: await executor.explain(statement, plan!, run),
  }
}
