import { setTimeout as sleep } from 'node:timers/promises'
import type { Queryable } from '../database.ts'
import type { TokenSettings } from '../tokens/settings.ts'

/** How long what is over is kept. */
export interface Retention {
  sessions: Pick<TokenSettings, 'timeboxMs' | 'inactivityMs'>
  otpExpirySeconds: number
  /** Days of the audit log; 0 keeps it for good. */
  auditDays: number
  /** Days after which an anonymous account goes that nobody has used since; 0 keeps them for good. */
  anonymousDays: number
}

/** Rows of a statement: each holds its locks for a moment only. */
const AT_ONCE = 500
/** Statements on a table in one sweep, so that it ends; the next one goes on. */
const STATEMENTS = 200
const PAUSE_MS = 20

const DAY_S = 86_400

interface Rule {
  table: string
  /** Which rows go; `$1` is how many seconds they are kept for. */
  where: string
  seconds: number
}

const older = (column = 'created_at') => `${column} < now() - make_interval(secs => $1)`

/** What GoTrue removes while it answers requests, by its terms, and what it never does: codes and the audit log. */
function rulesOf({ sessions, otpExpirySeconds, auditDays, anonymousDays }: Retention): Rule[] {
  const [timeboxS, inactivityS] = [sessions.timeboxMs / 1000, sessions.inactivityMs / 1000]
  const day = (table: string, where = older()): Rule => ({ table, where, seconds: DAY_S })
  return [
    day('refresh_tokens', `revoked and ${older('updated_at')}`),
    { table: 'sessions', where: older('not_after'), seconds: 3 * DAY_S },
    ...(timeboxS ? [{ table: 'sessions', where: older(), seconds: timeboxS + DAY_S }] : []),
    ...(inactivityS
      ? [
          {
            table: 'sessions',
            where: `coalesce(refreshed_at at time zone 'UTC', created_at) < now() - make_interval(secs => $1)`,
            seconds: inactivityS + DAY_S,
          },
        ]
      : []),
    day('flow_state'),
    day('oauth_client_states'),
    // Here stands which codes of a factor have been used: they are good for a minute and a half.
    day('mfa_challenges'),
    day('mfa_factors', `status = 'unverified' and ${older()}`),
    // Its columns are timestamps without zone, by the clock of UTC.
    {
      table: 'one_time_tokens',
      where: `created_at < (now() at time zone 'UTC') - make_interval(secs => $1)`,
      seconds: otpExpirySeconds + DAY_S,
    },
    ...(auditDays ? [{ table: 'audit_log_entries', where: older(), seconds: auditDays * DAY_S }] : []),
    // Last: what an app keeps of an account may not let it go. Whoever goes on with its session is in
    // `last_sign_in_at` too.
    ...(anonymousDays
      ? [
          {
            table: 'users',
            where: `is_anonymous and ${older('coalesce(last_sign_in_at, created_at)')}`,
            seconds: anonymousDays * DAY_S,
          },
        ]
      : []),
  ]
}

/**
 * Removes what is over, in small batches that wait for nobody.
 * @returns how many rows.
 */
export async function sweepAuth(db: Queryable, retention: Retention, signal?: AbortSignal): Promise<number> {
  let total = 0
  for (const { table, where, seconds } of rulesOf(retention)) {
    for (let n = 0; n < STATEMENTS && !signal?.aborted; n++) {
      const { rowCount } = await db.query(
        `delete from auth.${table} where id in (
           select id from auth.${table} where ${where} limit ${AT_ONCE} for update skip locked)`,
        [seconds],
      )
      total += rowCount ?? 0
      if ((rowCount ?? 0) < AT_ONCE) break
      await sleep(PAUSE_MS)
    }
  }
  return total
}
