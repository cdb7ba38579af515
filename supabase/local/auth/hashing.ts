import { availableParallelism } from 'node:os'
import bcrypt from 'bcryptjs'

/** GoTrue's cost. */
const COST = 10

/**
 * How many passwords are hashed at once. libuv has four threads, which files and names wait for too, and the machine has
 * processors that answer everybody else: passwords never take the last of either.
 */
export const AT_ONCE = Math.max(1, Math.min(2, availableParallelism() - 1))

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

// PHP's name of the same hash, which bcryptjs and GoTrue know and the native one does not.
const renamed = (hash: string) => hash.replace(/^\$2y\$/, '$2b$')

const inTurn = inTurns(AT_ONCE)

/** The hash of a password, at the cost of every other one. */
export const hashPassword = (password: string): Promise<string> => inTurn(() => bcrypt.hash(password, COST))

let unknown: Promise<string> | undefined

/**
 * Does the password go with the hash?
 * @param hashed without one the answer is no, after as long as a real hash takes.
 */
export async function isPassword(password: string, hashed: string | null | undefined): Promise<boolean> {
  unknown ??= hashPassword('nobody has this one')
  const known = renamed(hashed || (await unknown))
  return (await inTurn(() => bcrypt.compare(password, known))) && Boolean(hashed)
}
