import { openLine } from '../../../server/process/turns.ts'

/**
 * Lets so many pieces of work of each begin in a turn of the event loop; the others wait for the next turns. What comes
 * at once from one is not done in one go then: others are read and answered between.
 * @returns waits until work of somebody may begin; nobody's (undefined) waits for none.
 */
export function openRounds(each: number) {
  const line = openLine<() => void>(Number.POSITIVE_INFINITY)
  const begun = new Map<string, number>()

  function enter(who: string): boolean {
    const own = begun.get(who) ?? 0
    if (own >= each) return false
    if (begun.size === 0) setImmediate(next)
    begun.set(who, own + 1)
    return true
  }

  function next(): void {
    begun.clear()
    line.serve((who, begin) => {
      if (!enter(who)) return false
      begin()
      return true
    })
  }

  return async (who: string | undefined): Promise<void> => {
    if (who !== undefined && !enter(who)) await new Promise<void>((begin) => line.join(who, begin))
  }
}
