import type { SessionRow } from '../records/sessions.ts'
import type { TokenSettings } from './settings.ts'

const past = (from: number, milliseconds: number) => milliseconds > 0 && Date.now() > from + milliseconds

/**
 * When a session was last used: refreshed, or begun.
 * @param tokenTime when its refresh token was made, where that is known.
 */
export function lastUsed({ created_at, refreshed_at }: SessionRow, tokenTime = new Date(0)): number {
  if (refreshed_at) return Date.parse(`${refreshed_at}Z`)
  return Math.max(Date.parse(created_at), tokenTime.getTime())
}

/** Why a session may not go on, in GoTrue's words; null where it may. */
export function endOf(
  session: SessionRow,
  { timeboxMs, inactivityMs }: Pick<TokenSettings, 'timeboxMs' | 'inactivityMs'>,
  tokenTime?: Date,
): string | null {
  const isPast =
    (session.not_after && Date.now() > Date.parse(session.not_after)) ||
    past(Date.parse(session.created_at), timeboxMs)
  if (isPast) return 'Invalid Refresh Token: Session Expired'
  if (past(lastUsed(session, tokenTime), inactivityMs))
    return 'Invalid Refresh Token: Session Expired (Inactivity)'
  return null
}
