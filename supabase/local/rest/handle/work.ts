import type { Claims } from '../../../../server/db/types.ts'
import { isUndone } from '../answer/preferences.ts'
import type { SchemaCache } from '../cache/types.ts'
import type { Check } from '../checks.ts'
import { contextOf, type Setting } from '../context.ts'
import type { RoleSettings } from '../database-settings.ts'
import type { Executor, Run } from '../execute.ts'
import type { RestSettings } from '../options.ts'
import type { RawRequest } from '../request/read.ts'
import type { RestRequest } from '../request/types.ts'
import type { SqlOptions } from '../sql/types.ts'

/** A request and all that is needed to answer it. */
export interface Work {
  request: RestRequest
  raw: RawRequest
  cache: SchemaCache
  settings: RestSettings
  executor: Executor
  claims: Claims
  who: string | undefined
  role: RoleSettings
}

export const sqlOptionsOf = ({ settings }: Work): SqlOptions => ({
  aggregates: settings.hasAggregates,
  maxRows: settings.maxRows,
})

const ISOLATION = 'default_transaction_isolation'

/** How the statement of a request runs. */
export function runOf(
  work: Work,
  how: { isReadOnly: boolean; check?: Check | null; settings?: readonly Setting[]; guess?: Run['guess'] },
): Run {
  const { request, settings, claims, who, role } = work
  const own = how.settings ?? []
  const { timezone } = request.preferences
  const all: Setting[] = [
    ...role.settings,
    ...(timezone === null ? [] : [['timezone', timezone] as const]),
    ...(how.isReadOnly ? [['transaction_read_only', 'on'] as const] : []),
    ...own.filter(([name]) => name !== ISOLATION),
  ]
  return {
    context: contextOf(claims, request, { extraSearchPath: settings.extraSearchPath, settings: all }),
    who,
    isReadOnly: how.isReadOnly,
    isolation: own.find(([name]) => name === ISOLATION)?.[1] ?? role.isolation,
    check: how.check ?? null,
    isUndone: isUndone(request.preferences, settings.txEnd),
    preRequest: settings.preRequest,
    guess: how.guess ?? null,
  }
}
