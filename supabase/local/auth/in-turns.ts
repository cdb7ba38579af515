/** Lets so many pieces of work run at once; the others wait their turn. */
export function inTurns(atOnce: number) {
  let running = 0
  const waiting: (() => void)[] = []
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < atOnce) running++
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}

/** The same for each key by itself; of a key nothing is kept when nobody waits. */
export function inLanes(atOnce: number) {
  const lanes = new Map<string, { turn: ReturnType<typeof inTurns>; users: number }>()
  return async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const lane = lanes.get(key) ?? { turn: inTurns(atOnce), users: 0 }
    lanes.set(key, lane)
    lane.users++
    try {
      return await lane.turn(work)
    } finally {
      if (--lane.users === 0) lanes.delete(key)
    }
  }
}
