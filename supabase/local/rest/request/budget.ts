// What one request may cost to read and to plan.
import { RestError } from '../error.ts'
import type { Budget } from './parsec.ts'

export interface Limits {
  /** Characters of path and query. */
  length: number
  /** Of embeds and of groups of conditions, one in the other. */
  depth: number
  /** Columns, embeds, conditions, groups, orders and steps of their paths together. Values of a list cost nothing. */
  terms: number
}

export const LIMITS: Limits = { length: 65_536, depth: 32, terms: 1000 }

const refuse = (details: string) => new RestError(400, 'PGRST100', 'The request is too complex', { details })

/** Refuses an address that is too long, before anything reads it. */
export function assertLength(url: string, limits: Limits): void {
  if (url.length <= limits.length) return
  const details = `At most ${limits.length} characters of path and query are read; a list may go in the body of a function.`
  throw new RestError(414, 'PGRST100', 'The address is too long', { details })
}

export function openBudget(limits: Limits): Budget {
  let terms = 0
  let depth = 0
  return {
    term() {
      if (++terms > limits.terms)
        throw refuse(`At most ${limits.terms} columns, conditions, orders and steps of paths are read.`)
    },
    enter() {
      if (++depth > limits.depth) throw refuse(`At most ${limits.depth} levels are read.`)
    },
    leave() {
      depth--
    },
  }
}
