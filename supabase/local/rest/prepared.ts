import { createHash } from 'node:crypto'
import type { Query } from '../../../server/db/types.ts'

/** How many statements a connection keeps parsed: what comes beyond is parsed each time. */
const AT_MOST = 500

/**
 * Names for statements that come again, so that a connection parses and plans each of them once. Whoever makes up a new
 * one for each request is given none: Postgres never forgets a name.
 */
export function openPrepared() {
  const names = new Map<string, string>()
  let seenOnce = new Set<string>()
  return {
    /** A statement, by its name if it has one. */
    query(text: string): Query | string {
      const name = names.get(text)
      return name === undefined ? text : { name, text }
    },
    /** Notes that a statement was right: the next time it may have a name. */
    note(text: string): void {
      if (names.size >= AT_MOST || names.has(text)) return
      if (seenOnce.delete(text)) {
        names.set(text, `rest_${createHash('sha256').update(text).digest('base64url')}`)
        return
      }
      if (seenOnce.size >= AT_MOST) seenOnce = new Set()
      seenOnce.add(text)
    },
  }
}
