import type { Claims } from '../../../../server/db/types.ts'
import { ChangesError } from './errors.ts'

/** Keeps what one caller asks for from costing the others their changes, or the log its room. */
export interface Patience {
  /** @throws ChangesError when a filter of this caller took too long a moment ago. */
  check(claims: Claims): void
  /**
   * Asks what a filter needs, one question of a caller after the other. After one that took too long the rest is
   * not asked for a while.
   * @param onFault is told why there is no answer.
   */
  ask(claims: Claims, question: () => Promise<Set<number>>, onFault: () => void): Promise<Set<number>>
  /** Writes an error down, unless one was just before: whoever causes it can cause it often. */
  complain(error: unknown): void
}

const TIRED_MS = 60_000
const COMPLAIN_EVERY_MS = 1000
const TOO_LONG = '57014'

/** Nobody signed in is one caller: who has no name would be a new one every time. */
const nameOf = ({ sub, role }: Claims) => `${role} ${sub ?? ''}`

export function createPatience(): Patience {
  const lastQuestions = new Map<string, Promise<unknown>>()
  const tiredUntil = new Map<string, number>()
  let complainedAt = Number.NEGATIVE_INFINITY

  function isTired(name: string): boolean {
    const until = tiredUntil.get(name)
    if (until === undefined) return false
    if (performance.now() < until) return true
    tiredUntil.delete(name)
    return false
  }
  function complain(error: unknown) {
    if (performance.now() - complainedAt < COMPLAIN_EVERY_MS) return
    complainedAt = performance.now()
    console.error(`Changes were not told to some: ${error instanceof Error ? error.message : error}`)
  }

  return {
    check(claims) {
      if (isTired(nameOf(claims))) throw new ChangesError('A filter took too long: try again in a minute')
    },
    async ask(claims, question, onFault) {
      const name = nameOf(claims)
      const before = lastQuestions.get(name)
      const asking = (async () => {
        await before
        if (isTired(name)) {
          onFault()
          return new Set<number>()
        }
        try {
          return await question()
        } catch (error) {
          if ((error as { code?: string }).code === TOO_LONG)
            tiredUntil.set(name, performance.now() + TIRED_MS)
          complain(error)
          onFault()
          return new Set<number>()
        }
      })()
      lastQuestions.set(name, asking)
      const answer = await asking
      if (lastQuestions.get(name) === asking) lastQuestions.delete(name)
      return answer
    },
    complain,
  }
}
