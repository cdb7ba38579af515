// Of one user on one connection at most: enough that Postgres always finds the next one there.
const BEHIND = 12
// With so many fast answers on end a user is taken to ask for what is fast.
const FAST = 4
// And still is so long after its last answer. What left together is answered together: forgotten as soon as nothing is
// under way, whoever asks for much on end would begin anew, one query on one connection, after each such round.
const REMEMBERED_MS = 100
// Users known before those that have nothing under way are looked through.
const MANY = 1000

/** What one user has under way, on connections of kind `L`. */
export interface Holding<L> {
  /** The connections with something of its own. */
  readonly leases: Set<L>
  /**
   * How many of its queries may be on one of them: one, one more for each that is fast, half for each that is not.
   * Otherwise what was sent in one go would hold a connection until all of it is answered.
   */
  behind: number
  /** When its last query was answered, while none is under way. */
  idleSince: number
}

/** Whether what somebody asks for was fast of late. */
export const isFast = ({ behind }: { behind: number }): boolean => behind >= FAST

/** What is known of each user that has something under way, or had a moment ago. */
export function openHoldings<L>() {
  const held = new Map<string, Holding<L>>()
  const isPast = ({ leases, idleSince }: Holding<L>) =>
    leases.size === 0 && performance.now() - idleSince > REMEMBERED_MS

  return {
    /** @returns undefined of who has asked for nothing of late. */
    of(who: string): Holding<L> | undefined {
      const own = held.get(who)
      return own && isPast(own) ? undefined : own
    },
    begin(who: string): Holding<L> {
      if (held.size >= MANY) for (const [one, own] of held) if (isPast(own)) held.delete(one)
      const own = { leases: new Set<L>(), behind: 1, idleSince: 0 }
      held.set(who, own)
      return own
    },
    /** Notes an answer; `left`, where it was the last one under way on that connection. */
    answer(who: string, isSlow: boolean, left?: L): void {
      const own = held.get(who)!
      own.behind = isSlow ? Math.max(1, own.behind >> 1) : Math.min(own.behind + 1, BEHIND)
      if (left !== undefined) own.leases.delete(left)
      if (own.leases.size === 0) own.idleSince = performance.now()
    },
  }
}
