import { createHash } from 'node:crypto'
import type { Query } from '../../../server/db/types.ts'

/** How many statements have a name: what comes beyond is parsed each time. */
const AT_MOST = 200
/** Characters: a longer one has no name, lest those of one client fill the memory of every connection. */
const LONGEST = 16_384
/**
 * For how long, once there are so many: then others have their turn, lest whoever makes some up takes the names of all.
 * A connection, which keeps all that it has parsed, lives no longer than that.
 */
export const NAMED_FOR_S = 1800

/**
 * Names for statements that come again, so that a connection parses and plans each of them once. Whoever makes up a new
 * one for each request is given none: a connection never forgets a name.
 */
export function openPrepared() {
  const names = new Map<string, string>()
  let seenOnce = new Set<string>()
  let began = performance.now()

  function makeRoom(): void {
    const now = performance.now()
    if (now - began < NAMED_FOR_S * 1000) return
    names.clear()
    began = now
  }

  return {
    /** A statement, by its name if it has one. */
    query(text: string): Query | string {
      const name = names.get(text)
      return name === undefined ? text : { name, text }
    },
    /** Notes that a statement was right: the next time it may have a name. */
    note(text: string): void {
      if (text.length > LONGEST || names.has(text)) return
      if (names.size >= AT_MOST) makeRoom()
      if (names.size >= AT_MOST) return
      if (seenOnce.delete(text)) {
        names.set(text, `rest_${createHash('sha256').update(text).digest('base64url')}`)
        return
      }
      if (seenOnce.size >= AT_MOST) seenOnce = new Set()
      seenOnce.add(text)
    },
  }
}
