import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Query } from '../../../server/db/types.ts'

/** How many statements have a name: what comes beyond is parsed each time. */
const AT_MOST = 200
/** How many names are given in {@link NAMED_FOR_S}, those that were taken away again included. */
const GIVEN_AT_MOST = 2 * AT_MOST
/** Characters: a longer one has no name, lest those of one client fill the memory of every connection. */
const LONGEST = 16_384
/**
 * For how long, once there are so many: then others have their turn. A connection, which keeps all that it has parsed,
 * lives no longer than that.
 */
export const NAMED_FOR_S = 1800
/** Statements that came once: so many are remembered of each of so many callers. */
const SEEN_OF_ONE = 100
const CALLERS = 1000

/**
 * Names for statements that come again, so that a connection parses and plans each of them once. Whoever makes up a new
 * one for each request is given none: a connection never forgets a name.
 *
 * While there are names left everybody takes what it needs, as the only user of a stack should. Once there are none,
 * whoever has most gives its oldest to who has fewer: who makes up statements by the hundred loses those, and keeps
 * nobody else from having theirs. What one caller sends does not make another's be forgotten either.
 */
export function openPrepared() {
  const names = new Map<string, string>()
  /** Whose request each name was given at, oldest first. */
  const holders = new Map<string, Set<string>>()
  const seen = new LRUCache<string, Set<string>>({ max: CALLERS })
  let given = 0
  let began = performance.now()

  /** Was this caller's statement seen before? From now on it was. */
  function wasSeen(who: string, hash: string): boolean {
    let known = seen.get(who)
    if (!known || known.size >= SEEN_OF_ONE) {
      if (known?.has(hash)) return true
      known = new Set()
      seen.set(who, known)
    }
    if (known.has(hash)) return true
    known.add(hash)
    return false
  }

  function beginAnew(): void {
    const now = performance.now()
    if (now - began < NAMED_FOR_S * 1000) return
    names.clear()
    holders.clear()
    given = 0
    began = now
  }

  /** Takes a name from who has most, if that is more than this caller would have then. */
  function takeFromRichest(who: string): boolean {
    let richest: Set<string> | undefined
    for (const held of holders.values()) if (held.size > (richest?.size ?? 0)) richest = held
    if (!richest || richest.size <= (holders.get(who)?.size ?? 0) + 1) return false
    const [oldest] = richest
    richest.delete(oldest!)
    names.delete(oldest!)
    return true
  }

  return {
    /** A statement, by its name if it has one. */
    query(text: string): Query | string {
      const name = names.get(text)
      return name === undefined ? text : { name, text }
    },
    /** Notes that a statement of somebody was right: the next time it may have a name. */
    note(text: string, who = ''): void {
      if (text.length > LONGEST || names.has(text)) return
      if (names.size >= AT_MOST) beginAnew()
      const hash = createHash('sha256').update(text).digest('base64url')
      if (!wasSeen(who, hash)) return
      if (names.size >= AT_MOST && (given >= GIVEN_AT_MOST || !takeFromRichest(who))) return
      names.set(text, `rest_${hash}`)
      given++
      const held = holders.get(who)
      if (held) held.add(text)
      else holders.set(who, new Set([text]))
    },
  }
}
