/** What a link tells of its life; the official storage-api says no more of it than its dates. */
interface Dates {
  iat?: unknown
  exp?: unknown
  /** The embedded stack's: who made it. It is judged there, with what they may do today. */
  by?: unknown
}

function datesOf(token: string): Dates | null {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return typeof payload === 'object' && payload !== null ? (payload as Dates) : null
  } catch {
    return null
  }
}

/**
 * Was a link to read an object made for longer than is admitted? Its signature is Storage's to check: what is no link
 * is left to it.
 * @param most seconds.
 */
export function isTooLong(token: string, most: number, now = Date.now()): boolean {
  const dates = datesOf(token)
  if (!dates || (typeof dates.by === 'object' && dates.by !== null)) return false
  const { exp, iat } = dates
  if (typeof exp !== 'number') return true
  return exp - (typeof iat === 'number' ? Math.min(iat, now / 1000) : now / 1000) > most
}
