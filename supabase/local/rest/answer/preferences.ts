import { RestError } from '../error.ts'
import type { Preferences, RestRequest } from '../request/types.ts'

/** PostgREST's db-tx-end: how transactions end, and whether a client may choose. */
export type TxEnd = 'commit' | 'commit-allow-override' | 'rollback' | 'rollback-allow-override'

/**
 * The preferences of a request as far as this server has them.
 * @param timezones by their names in lower case.
 */
export function admit(
  asked: Preferences,
  { timezones, txEnd }: { timezones: ReadonlyMap<string, string>; txEnd: TxEnd },
): Preferences {
  const { timezone } = asked
  const isZone = timezone !== null && timezones.get(timezone.toLowerCase()) === timezone
  return {
    ...asked,
    tx: txEnd.endsWith('-allow-override') ? asked.tx : null,
    timezone: isZone ? timezone : null,
    unknown: timezone === null || isZone ? asked.unknown : [...asked.unknown, `timezone=${timezone}`],
  }
}

/** @throws RestError PGRST122 where a client wants all of its preferences or none. */
export function requireKnown({ handling, unknown }: Preferences): void {
  if (handling !== 'strict' || unknown.length === 0) return
  throw new RestError(400, 'PGRST122', 'Invalid preferences given with handling=strict', {
    details: `Invalid preferences: ${unknown.join(', ')}`,
  })
}

/** Is what a transaction does undone at its end? */
export const isUndone = ({ tx }: Preferences, txEnd: TxEnd): boolean =>
  tx === null ? txEnd.startsWith('rollback') : tx === 'rollback'

/**
 * The value of Preference-Applied; null where nothing is.
 * @param hasConflict whether an insert may meet a key: without one there is no resolution.
 */
export function appliedPreferences(request: RestRequest, hasConflict: boolean): string | null {
  const { method, target, preferences } = request
  const { resolution, missing, count, tx, handling, timezone, maxAffected } = preferences
  const isCall = target.kind === 'rpc'
  const isWrite = !isCall && method !== 'GET' && method !== 'HEAD'
  const isInsert = isWrite && method === 'POST'
  const isBounded = isCall || method === 'PATCH' || method === 'DELETE'
  const applied = [
    isInsert && hasConflict && resolution && `resolution=${resolution}`,
    (isInsert || (isWrite && method === 'PATCH')) && missing && `missing=${missing}`,
    isWrite && preferences.return && `return=${preferences.return}`,
    count && `count=${count}`,
    tx && `tx=${tx}`,
    handling && `handling=${handling}`,
    timezone && `timezone=${timezone}`,
    handling === 'strict' && isBounded && maxAffected !== null && `max-affected=${maxAffected}`,
  ].filter(Boolean)
  return applied.length ? applied.join(', ') : null
}
