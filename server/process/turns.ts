/** Somebody has as much under way and waiting as one may: what comes now is refused, and may be asked again later. */
export class TooManyAtOnce extends Error {
  override name = 'TooManyAtOnce'
}

/** A turn that did not come in time, because of what others do. */
export class TurnTooLate extends Error {
  override name = 'TurnTooLate'
}

/** How much of something is given to each who asks for it. */
export interface Share {
  /** Pieces of work of one at once. */
  each: number
  /** Pieces of work of all at once; no limit without it. */
  total?: number
  /** Pieces of work of one that may wait; the next is refused. */
  waiting: number
  patienceMs: number
}

interface Waiter {
  start(): void
}

/** What waits, by whose it is: one of each in turn, so that who asks for much does not go before who asks for little. */
export function openLine<W>(atMost: number) {
  const lines = new Map<string, Set<W>>()
  return {
    get isEmpty() {
      return lines.size === 0
    },
    /** @throws TooManyAtOnce */
    join(who: string, waiter: W): void {
      const line = lines.get(who) ?? new Set()
      if (line.size >= atMost) throw new TooManyAtOnce(`${atMost} are waiting already`)
      lines.set(who, line.add(waiter))
    },
    leave(who: string, waiter: W): void {
      const line = lines.get(who)
      if (line?.delete(waiter) && line.size === 0) lines.delete(who)
    },
    /** Serves those at the head, one of each and around again, for as long as somebody can be served. */
    serve(tryToServe: (who: string, waiter: W) => boolean): void {
      for (let isServed = true; isServed; ) {
        isServed = false
        for (const [who, line] of [...lines]) {
          const waiter = line.values().next().value as W
          if (!tryToServe(who, waiter)) continue
          isServed = true
          line.delete(waiter)
          // To the end of the round: whoever was behind goes first the next time.
          lines.delete(who)
          if (line.size > 0) lines.set(who, line)
        }
      }
    },
  }
}

/**
 * Waits for what `enter` arranges, and no longer than so.
 * @throws TurnTooLate
 */
export function waitAtMost<T>(
  ms: number,
  enter: (go: (value: T) => void) => void,
  leave: () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      leave()
      reject(new TurnTooLate(`no turn in ${ms} ms`))
    }, ms)
    enter((value) => {
      clearTimeout(timer)
      resolve(value)
    })
  })
}

/**
 * Turns of many who share something: each has a few pieces of work under way and a bounded line behind them, and the
 * lines are served one of each in turn.
 * @returns runs work of somebody in a turn; nobody's work (undefined) waits for none.
 */
export function openTurns({ each, total = Number.POSITIVE_INFINITY, waiting, patienceMs }: Share) {
  const running = new Map<string, number>()
  const line = openLine<Waiter>(waiting)
  let all = 0

  function enter(who: string): boolean {
    const own = running.get(who) ?? 0
    if (own >= each || all >= total) return false
    running.set(who, own + 1)
    all++
    return true
  }

  function exit(who: string): void {
    all--
    const own = running.get(who)! - 1
    if (own > 0) running.set(who, own)
    else running.delete(who)
    if (!line.isEmpty) serve()
  }

  const serve = () =>
    line.serve((who, waiter) => {
      if (!enter(who)) return false
      waiter.start()
      return true
    })

  function wait(who: string): Promise<void> {
    const waiter: Waiter = { start: () => {} }
    line.join(who, waiter)
    return waitAtMost<void>(
      patienceMs,
      (go) => {
        waiter.start = go
      },
      () => line.leave(who, waiter),
    )
  }

  return async <T>(who: string | undefined, work: () => Promise<T>): Promise<T> => {
    if (who === undefined) return work()
    if (!enter(who)) await wait(who)
    try {
      return await work()
    } finally {
      exit(who)
    }
  }
}
